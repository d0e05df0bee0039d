//! The YAML between two `---` lines at the top of a file.

use std::ops::Range;

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span, nearest};
use crate::source::defaults::Defaults;
use crate::source::header;
use crate::source::include::INCLUDE;
use crate::source::yaml::{self, Entry, Value, decode};

/// Properties that Obsidian has itself.
const OBSIDIAN: [&str; 9] = [
    "aliases",
    "alias",
    "cssclass",
    "cssclasses",
    "publish",
    "permalink",
    "description",
    "image",
    "cover",
];

/// Further properties that people give to the notes of a vault.
const COMMON: [&str; 12] = [
    "created", "modified", "updated", "date", "due", "status", "up", "related", "category",
    "author", "sr-due", "banner",
];

/// Keys of a header that mean nothing in a Markdown file.
const NOT_HERE: &[&str] = &["format", "map"];

/// Where a property stands that says nothing to deckle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a vault of Obsidian.
    Obsidian,
    /// Among properties as a vault has them, though nothing says that this is one.
    LikeObsidian,
    Other,
}

/// Applies the front matter of a file to what it inherits, and returns where the text begins.
pub(super) fn apply(
    file: FileId,
    source: &str,
    defaults: &mut Defaults,
    sink: &mut Diagnostics,
) -> usize {
    let start = if source.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let first = first_line(source, start);
    if source[first.clone()].trim_end() != "---" {
        return start;
    }
    let fence = Span::new(file, start..start + 3);
    let mut at = first.end;
    let inner = loop {
        let line = first_line(source, at);
        if line.is_empty() {
            sink.push(
                Diagnostic::new(Code::FrontMatter, "the front matter has no end")
                    .at(
                        fence,
                        "`---` at the very top opens the settings of the file",
                    )
                    .help("end them with another `---` line, or write `***` for a rule"),
            );
            return first.end;
        }
        if matches!(source[line.clone()].trim_end(), "---" | "...") {
            at = line.end;
            break first.end..line.start;
        }
        at = line.end;
    };
    let mut unknown: Vec<Entry> = Vec::new();
    let before = sink.count(crate::diag::Severity::Error);
    let nodes = yaml::parse(file, &source[inner.clone()], inner.start, sink);
    for node in nodes {
        match node.value {
            Value::Null => {}
            Value::Mapping(entries) => {
                for entry in entries {
                    // How plain values are read is a matter of YAML; here all is Markdown.
                    let other = NOT_HERE.contains(&entry.name());
                    if !header::tell_misplaced(&entry, sink)
                        && (other || !header::apply(&entry, defaults, sink))
                    {
                        unknown.push(entry);
                    }
                }
            }
            _ if sink.count(crate::diag::Severity::Error) > before => {}
            _ => sink.push(
                Diagnostic::new(Code::FrontMatter, "the front matter is no mapping")
                    .at(node.span, "not a `key: value`")
                    .also(fence, "`---` at the very top opens the settings of the file")
                    .help("write one `key: value` a line, such as `deck: Spanish`; if this is a rule, write `***`"),
            ),
        }
    }
    if defaults.markdown.obsidian {
        nested_tags(file, defaults, sink);
    }
    let of_vaults = |it: &Entry| OBSIDIAN.contains(&it.name()) || COMMON.contains(&it.name());
    let place = if defaults.markdown.obsidian {
        Place::Obsidian
    } else if unknown.iter().any(of_vaults) {
        Place::LikeObsidian
    } else {
        Place::Other
    };
    for entry in &unknown {
        tell_unknown(entry, place, sink);
    }
    at
}

/// `a/b` is how Obsidian writes a tag below another.
fn nested_tags(file: FileId, defaults: &mut Defaults, sink: &mut Diagnostics) {
    for tag in std::mem::take(&mut defaults.tags) {
        if tag.span.file == file {
            let name = tag
                .value
                .as_str()
                .trim_start_matches('#')
                .replace('/', "::");
            defaults.add_tag(&name, tag.span, sink);
        } else {
            defaults.tags.push(tag);
        }
    }
}

/// A key that means nothing here. In a vault of Obsidian notes have properties of all kinds, and
/// only what is almost one of deckle's is told.
fn tell_unknown(entry: &Entry, place: Place, sink: &mut Diagnostics) {
    let name = entry.name();
    if name == INCLUDE {
        let title = "front matter does not include files";
        sink.push(
            Diagnostic::new(Code::UnknownKey, title)
                .at(entry.key_span(), "this key means nothing here")
                .help("write `<!-- include: path.md -->` where the notes of the file belong"),
        );
        return;
    }
    let keys = header::KEYS.iter().copied();
    let keys = keys.filter(|it| !NOT_HERE.contains(it) && !header::OF_FOLDERS.contains(it));
    let keys: Vec<&str> = keys.collect();
    let near = nearest(name, keys.iter().copied());
    match place {
        Place::Other => decode::unknown_key(&entry.key, "in front matter", &keys, sink),
        Place::LikeObsidian => {
            let title = format!("unknown key `{name}` in front matter");
            let diagnostic = Diagnostic::new(Code::UnknownKey, title)
                .at(entry.key_span(), "this key means nothing here")
                .help("in a vault of Obsidian, write `markdown: {profile: obsidian}` in `deckle.yaml`: properties of its own are passed over then, and notes are what carries `#card`");
            sink.push(match near {
                Some(near) => {
                    diagnostic.fix("a key with a similar name exists", entry.key_span(), near)
                }
                None => diagnostic,
            });
        }
        Place::Obsidian => {
            let Some(near) = near.filter(|_| !OBSIDIAN.contains(&name)) else {
                return;
            };
            sink.push(
                Diagnostic::new(
                    Code::UnknownKey,
                    format!("`{name}` is a property that says nothing to deckle"),
                )
                .at(entry.key_span(), "passed over")
                .help(format!("if it is meant for deckle, write `{near}`"))
                .info(),
            );
        }
    }
}

/// The line that begins at `at`, with its line break.
fn first_line(source: &str, at: usize) -> Range<usize> {
    let rest = source.get(at..).unwrap_or("");
    at..rest
        .find('\n')
        .map_or(source.len().max(at), |it| at + it + 1)
}

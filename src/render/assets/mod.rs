//! Files that card templates, CSS and fields load beside what Anki sees in fields: fonts, styles,
//! scripts, logos.
//!
//! Anki imports a file that no note refers to only if its name begins with `_`, and it never
//! writes over such a file (measured on Anki 26.9.3 and 25.9.2): a learner who has a font keeps it,
//! whatever a later package brings. So each of them is shipped under a name that holds the hash of
//! its content, `_stem-<16 hex>.ext`, whatever the author calls it, and every reference is written
//! anew: in templates, CSS, fields, and in the style sheets, scripts and pages that are
//! shipped. A changed file so has a new name, the note type that names it has changed, and an
//! import takes both.

mod found;
mod keep;
mod markup;
mod script;
mod ship;
mod style;
mod tell;

use std::sync::Arc;

pub use keep::matches as is_kept_by;
pub(super) use ship::Store;

use super::media::{Library, NamedMedia};
use super::targets;
use crate::diag::{Diagnostic, Diagnostics, Severity, Span, Text};
use crate::files::join;
use crate::model::written::{Missing, Remote, Settings, WrittenType};
use crate::model::{NoteType, Targets};
use crate::template::media::media_references;
use found::{Found, How};
use ship::{Follow, Place, Shipped, Shipper, add};

/// A note type with the names that its files have in packages.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TypeAssets {
    /// The note type.
    pub written: Arc<WrittenType>,
    /// The files, each once, those that others load before them.
    pub files: Vec<NamedMedia>,
    /// What is wrong with the references.
    pub diagnostics: Diagnostics,
}

/// The files of a note type: looked up in its folder, from the root, in the media folders.
pub(super) fn of_type(
    library: &Library<'_>,
    store: &Store,
    targets: Targets,
    written: &Arc<WrittenType>,
    settings: &Settings,
) -> TypeAssets {
    let mut folders = written.more_folders.clone();
    folders.push(String::new());
    folders.extend(settings.media_paths.iter().cloned());
    let mut reader = TypeReader {
        shipper: Shipper { library, store },
        place: Place::new(&written.folder, folders, settings),
        written,
        remote: settings.remote,
        files: Vec::new(),
        diagnostics: Diagnostics::new(),
        told: Vec::new(),
        targets,
    };
    let kept = reader.kept();
    let mut changed = false;
    let note_type = written.note_type.with_texts(
        &mut |template| reader.template(template, &kept).inspect(|_| changed = true),
        &mut |_| None,
    );
    let note_type = note_type.with_texts(&mut |_| None, &mut |css| {
        reader.css(css, &kept).inspect(|_| changed = true)
    });
    reader.tell_taken();
    for (found, sign) in targets::of_type(written, targets) {
        reader.tell(found, &sign);
    }
    TypeAssets {
        written: if changed {
            Arc::new(WrittenType {
                note_type,
                ..(**written).clone()
            })
        } else {
            written.clone()
        },
        files: reader.files,
        diagnostics: reader.diagnostics,
    }
}

/// What a field loads by other ways than Anki sees.
#[derive(Debug, Default)]
pub(super) struct FieldFiles {
    /// The field with the names that the files have in packages; `None` where it stays as it is.
    pub(super) html: Option<String>,
    pub(super) files: Vec<NamedMedia>,
    /// What is wrong.
    pub(super) diagnostics: Diagnostics,
    /// Whether a file was looked for.
    pub(super) asked: bool,
}

/// What a field loads by other ways than Anki sees. `written` is what the author wrote, where it is one
/// text, and `span` where the field stands.
pub(super) fn of_field(
    library: &Library<'_>,
    store: &Store,
    targets: Targets,
    html: &str,
    folder: &str,
    settings: &Settings,
    (written, span): (Option<&Text>, Span),
) -> Option<FieldFiles> {
    const SIGNS: [&str; 7] = [
        "src",
        "href",
        "url(",
        "poster",
        "@import",
        "_",
        "background",
    ];
    if !html.contains('<') || !SIGNS.iter().any(|it| html.contains(it)) {
        return None;
    }
    let seen = media_references(html);
    let markup = markup::read(html);
    let mut diagnostics = Diagnostics::new();
    let at = |name: &str| {
        let place = written.and_then(|text| place_in(text, name));
        place.map_or((span, "in this field"), |span| (span, ""))
    };
    for link in markup.links.iter().filter(|it| is_dead_link(it)) {
        let (span, label) = at(&link.name);
        diagnostics.push(tell::dead_link(link).at(span, label));
    }
    let mut found = markup.references;
    found.retain(|it| {
        let is_seen = seen
            .iter()
            .any(|other| other.range.start <= it.range.start && it.range.end <= other.range.end);
        !is_seen && it.how != How::Sound && !it.is_filled_in()
    });
    if found.is_empty() {
        return (!diagnostics.is_empty()).then(|| FieldFiles {
            diagnostics,
            ..FieldFiles::default()
        });
    }
    let shipper = Shipper { library, store };
    let place = Place::new(folder, settings.media_paths.clone(), settings);
    let mut shipped = Shipped::default();
    let mut names: Vec<String> = Vec::new();
    let html = shipper.rewritten(html, &found, |it| {
        let follow = shipper.follow(it, &place, false, &mut Vec::new(), &mut shipped);
        names.resize(shipped.problems.len(), it.name.clone());
        follow
    });
    for it in &found {
        shipped.problems.extend(match is_remote(&it.name) {
            true => targets::of_remote(it.name.trim(), targets),
            false => targets::of_file(it.name.trim(), targets),
        });
        names.resize(shipped.problems.len(), it.name.clone());
    }
    for (mut problem, name) in shipped.problems.into_iter().zip(&names) {
        // What was never read as a reference cannot be an error all of a sudden.
        problem.severity = problem.severity.min(Severity::Warning);
        let (span, label) = at(name);
        diagnostics.push(problem.at(span, label));
    }
    Some(FieldFiles {
        html,
        files: shipped.files,
        diagnostics,
        asked: true,
    })
}

/// Where an author wrote this name: in quotes, or as the value of an attribute or of `url(..)`,
/// before it is taken for a text that is shown.
fn place_in(text: &Text, name: &str) -> Option<Span> {
    let (source, name) = (text.as_str(), name.trim());
    if name.is_empty() {
        return None;
    }
    let mut all = source.match_indices(name).map(|(at, _)| at);
    let is_value = |at: &usize| {
        let before = source.get(..*at).unwrap_or_default().trim_end();
        before.ends_with(['"', '\'', '=', '(', ','])
    };
    let first = all.clone().next();
    let start = all.find(is_value).or(first)?;
    Some(text.span(start..start + name.len())).filter(|span| span.is_some())
}

/// Whether a link leads to a file that no package brings, or that nobody else has.
fn is_dead_link(link: &Found) -> bool {
    let name = link.name.trim();
    let scheme = name.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("file")
        || !link.is_address() && !link.is_filled_in() && !name.starts_with('/')
}

/// The names of files that the card templates and the CSS of a note type load, as they are written;
/// those that a field fills in hold `{{`.
#[must_use]
pub fn asset_names(note_type: &NoteType) -> Vec<String> {
    let mut found = style::references(note_type.css());
    for it in note_type.templates() {
        for side in [&it.front, &it.back, &it.browser_front, &it.browser_back] {
            found.extend(markup::read(side).references);
        }
    }
    let found = found.into_iter();
    let found = found.filter(|it| !it.is_address() && it.is_surely_file());
    found.map(|it| it.name.trim().to_owned()).collect()
}

struct TypeReader<'r, 'f> {
    shipper: Shipper<'r, 'f>,
    place: Place,
    written: &'r WrittenType,
    remote: Remote,
    files: Vec<NamedMedia>,
    diagnostics: Diagnostics,
    /// Names and titles that were told.
    told: Vec<(String, String)>,
    targets: Targets,
}

impl TypeReader<'_, '_> {
    /// Takes the files along that keep their names; returns these names.
    fn kept(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        if !self.shipper.store.keeps_any() {
            return names;
        }
        let mut folders = vec![self.place.folder.clone()];
        folders.extend(self.place.folders.iter().cloned());
        for folder in folders {
            for name in self.shipper.library.folder(&folder) {
                let path = join(&folder, &name);
                let Some(path) = path.filter(|_| self.shipper.store.keeps(&name)) else {
                    continue;
                };
                if name.ends_with('/') || names.contains(&name) {
                    continue;
                }
                let shipped = self.shipper.ship(&path, &self.place, true, &mut Vec::new());
                self.take(&shipped, &name);
                names.push(name);
            }
        }
        names
    }

    fn template(&mut self, template: &str, kept: &[String]) -> Option<String> {
        let markup = markup::read(template);
        for link in markup.links.iter().filter(|it| is_dead_link(it)) {
            self.tell(tell::dead_link(link), &link.name);
        }
        if !self.shipper.store.keeps_any() {
            for range in markup.computed {
                let text = template.get(range).unwrap_or_default();
                self.tell(tell::computed(text), text);
            }
        }
        self.text(template, &markup.references, kept)
    }

    fn css(&mut self, css: &str, kept: &[String]) -> Option<String> {
        self.text(css, &style::references(css), kept)
    }

    fn text(&mut self, text: &str, found: &[Found], kept: &[String]) -> Option<String> {
        let mut follows = Vec::with_capacity(found.len());
        for it in found {
            follows.push(self.follow(it, kept));
        }
        let mut follows = follows.into_iter();
        self.shipper
            .rewritten(text, found, |_| follows.next().unwrap_or(Follow::Stay))
    }

    fn follow(&mut self, found: &Found, kept: &[String]) -> Follow {
        if found.is_filled_in() {
            let pattern = keep::pattern_of(&found.name);
            let is_kept = kept.iter().any(|it| keep::matches(&pattern, it));
            if !is_kept && !found.is_address() {
                let mut problem = tell::by_field(found);
                if self.remote == Remote::Keep || self.place.missing == Missing::Keep {
                    problem.severity = Severity::Warning;
                }
                self.tell(problem, &found.name);
            }
            return Follow::Stay;
        }
        let mut shipped = Shipped::default();
        let follow = self
            .shipper
            .follow(found, &self.place, false, &mut Vec::new(), &mut shipped);
        self.take(&shipped, &found.name);
        self.tell_format(found, &follow);
        follow
    }

    fn tell_format(&mut self, found: &Found, follow: &Follow) {
        let name = found.name.trim();
        let problem = match follow {
            Follow::Name(_) => targets::of_file(name, self.targets),
            Follow::Stay if is_remote(name) => targets::of_remote(name, self.targets),
            Follow::Stay => None,
        };
        if let Some(problem) = problem {
            self.tell(problem, &found.name);
        }
    }

    fn take(&mut self, shipped: &Shipped, name: &str) {
        for file in &shipped.files {
            add(&mut self.files, file);
        }
        for problem in &shipped.problems {
            self.tell(problem.clone(), name);
        }
    }

    /// Tells of a problem with this name, once.
    fn tell(&mut self, problem: Diagnostic, name: &str) {
        let one = (name.to_owned(), problem.message.clone());
        if self.told.contains(&one) {
            return;
        }
        self.told.push(one);
        let label = format!("in the note type `{}`", self.written.key);
        let found = problem.at(place_of(self.written, name), label);
        self.diagnostics.push(found);
    }

    fn tell_taken(&mut self) {
        let mut names: Vec<String> = self.files.iter().map(|it| it.name.clone()).collect();
        names.sort_unstable();
        let twice: Vec<String> = names
            .windows(2)
            .filter_map(|it| match it {
                [one, other] if one == other => Some(one.clone()),
                _ => None,
            })
            .collect();
        for name in twice {
            self.tell(tell::taken(&name), &name);
        }
    }
}

fn is_remote(name: &str) -> bool {
    ["http://", "https://", "//"]
        .iter()
        .any(|it| name.starts_with(it))
}

/// Where the type's texts name a file first; the type's own place where that is not known.
fn place_of(written: &WrittenType, name: &str) -> Span {
    let named = |text: &Text| {
        let source = text.as_str();
        let mut all = markup::read(source).references;
        all.extend(style::references(source));
        let by_name = all.into_iter().find(|it| it.name == name);
        let range = by_name.map(|it| it.range).or_else(|| {
            let start = source.find(name).filter(|_| !name.is_empty())?;
            Some(start..start + name.len())
        })?;
        Some(text.span(range)).filter(|span| span.is_some())
    };
    written.texts.iter().find_map(named).unwrap_or(written.span)
}

#[cfg(test)]
mod tests;

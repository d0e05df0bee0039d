//! Files that card templates and CSS refer to: fonts, logos, scripts.
//!
//! Anki imports a file that no note refers to only if its name begins with `_`, and then under
//! that very name. So these files keep their names, and two types that want different files
//! under one name cannot go into one package.

use std::collections::BTreeMap;

use super::media::{Library, MediaKey, NamedMedia, Reference, Resolved};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Text};
use crate::files::file_name;
use crate::model::written::{Images, Missing, Settings, WrittenType};
use crate::template::media::{css_references, media_references, template_references};

/// The files that note types refer to, and what is wrong with the references.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TemplateMedia {
    /// The files under their own names, each once, in the order of the types.
    pub files: Vec<NamedMedia>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
}

/// Looks up what `types` refer to: in the type's folder, from the root, in the media folders.
pub(super) fn find<'t>(
    library: &Library<'_>,
    types: impl IntoIterator<Item = &'t WrittenType>,
    settings: &Settings,
) -> TemplateMedia {
    let mut found = TemplateMedia::default();
    let mut users: BTreeMap<String, (MediaKey, String, Span)> = BTreeMap::new();
    for written in types {
        let mut folders = written.more_folders.clone();
        folders.push(String::new());
        folders.extend(settings.media_paths.iter().cloned());
        for name in static_names(written) {
            let reference = Reference {
                path: &name,
                folder: &written.folder,
                media_paths: &folders,
                wiki: false,
                max_bytes: settings.max_media_bytes,
                // It goes in under its own name, and so as it is.
                images: Images::default(),
                span: place_of(written, &name),
                lenient: settings.missing == Missing::Keep,
            };
            let resolved = library.resolve(&reference);
            let Some(key) = accept(resolved, &name, written, &mut found.diagnostics) else {
                continue;
            };
            match users.get(&name) {
                None => {
                    let place = place_of(written, &name);
                    users.insert(name.clone(), (key, written.key.clone(), place));
                    if let Some(content) = library.content(&key) {
                        found.files.push(NamedMedia { name, key, content });
                    }
                }
                Some((other, _, _)) if *other == key => {}
                Some((_, other, span)) => found.diagnostics.push(
                    Diagnostic::new(
                        Code::MediaNameTaken,
                        format!(
                            "the note types `{other}` and `{}` have different files `{name}`",
                            written.key
                        ),
                    )
                    .at(place_of(written, &name), "this one")
                    .also(*span, "and this one")
                    .note("a package holds one file of a name, for all its note types")
                    .help("rename one of them"),
                ),
            }
        }
        tell_ordinary(written, &mut found.diagnostics);
    }
    found
}

/// The names that begin with `_`, in their order, each once.
fn static_names(written: &WrittenType) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut push = |name: &str, is_surely_file: bool| {
        // Any quoted text that begins with `_` counts for Anki; one without an extension, or with
        // a field in it, names no file of ours.
        let is_file = is_surely_file || name.rsplit_once('.').is_some_and(|(_, it)| is_word(it));
        if is_file && !name.contains("{{") && !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
    };
    for template in written.note_type.templates() {
        for side in [
            &template.front,
            &template.back,
            &template.browser_front,
            &template.browser_back,
        ] {
            for reference in template_references(side) {
                push(&reference.name, false);
            }
        }
    }
    for reference in css_references(written.note_type.css()) {
        push(&reference.name, true);
    }
    names
}

/// Where the type's texts refer to a file first; the type's own place where that is not known.
fn place_of(written: &WrittenType, name: &str) -> Span {
    let referred = |text: &Text| {
        let source = text.as_str();
        let mut all = media_references(source);
        all.extend(template_references(source));
        all.extend(css_references(source));
        let by_name = all.into_iter().find(|it| it.name == name);
        let range = by_name.map(|it| it.range).or_else(|| {
            let start = source.find(name)?;
            Some(start..start + name.len())
        })?;
        Some(text.span(range)).filter(|span| span.is_some())
    };
    let place = written.texts.iter().find_map(referred);
    place.unwrap_or(written.span)
}

fn is_word(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric())
}

/// The file's key, or what is wrong.
fn accept(
    resolved: Resolved,
    name: &str,
    written: &WrittenType,
    found: &mut Diagnostics,
) -> Option<MediaKey> {
    let label = format!("in the note type `{}`", written.key);
    let place = place_of(written, name);
    let problem = match resolved {
        Resolved::File {
            key, other_case, ..
        } => {
            if name.contains('/') {
                found.push(
                    Diagnostic::new(
                        Code::MediaMissing,
                        format!("Anki has no folders for media, so `{name}` will not be found"),
                    )
                    .at(place, label)
                    .help(format!(
                        "refer to `_{}`",
                        file_name(name).trim_start_matches('_')
                    )),
                );
                return None;
            }
            if let Some(other) = other_case {
                found.push(
                    Diagnostic::new(
                        Code::MediaCase,
                        format!(
                            "the file is called `{}`, in another letter case",
                            file_name(&other)
                        ),
                    )
                    .at(place, label),
                );
            }
            return Some(key);
        }
        Resolved::Missing { nearest } => {
            let missing = Diagnostic::new(Code::MediaMissing, format!("file not found: `{name}`"));
            let missing = match nearest {
                Some(near) => missing.help(format!("did you mean `{near}`?")),
                None => missing,
            };
            missing.note("looked for in the type's folder, at the root and in the media folders")
        }
        Resolved::Outside => Diagnostic::new(
            Code::MediaOutside,
            format!("`{name}` lies outside of the project"),
        ),
        Resolved::TooLarge { bytes } => {
            Diagnostic::new(Code::MediaTooLarge, format!("`{name}` has {bytes} bytes"))
        }
        Resolved::Ambiguous(paths) => Diagnostic::new(
            Code::MediaAmbiguous,
            format!(
                "several files are called `{name}`: `{}`",
                paths.join("`, `")
            ),
        ),
        Resolved::Unreadable(text) | Resolved::BadData(text) => {
            Diagnostic::new(Code::MediaMissing, format!("`{name}` cannot be read")).note(text)
        }
    };
    found.push(problem.at(place, label));
    None
}

/// Tells files that Anki would not import, because their names do not begin with `_`.
fn tell_ordinary(written: &WrittenType, found: &mut Diagnostics) {
    let mut told: Vec<String> = Vec::new();
    let mut tell = |name: &str| {
        let is_address =
            name.contains("{{") || name.contains(':') || name.starts_with(['#', '_', '/']);
        if is_address || name.trim().is_empty() || told.iter().any(|it| it == name) {
            return;
        }
        told.push(name.to_owned());
        let right = format!("_{}", file_name(name));
        found.push(
            Diagnostic::new(
                Code::MediaNotStatic,
                format!("`{name}` would not come with the package"),
            )
            .at(
                place_of(written, name),
                format!("in the note type `{}`", written.key),
            )
            .note("Anki imports a template's files only if their names begin with `_`")
            .help(format!("rename the file to `{right}`, here and on disk")),
        );
    };
    for template in written.note_type.templates() {
        for side in [&template.front, &template.back] {
            for reference in media_references(side) {
                tell(&reference.name);
            }
        }
    }
    for name in css_urls(written.note_type.css()) {
        tell(name);
    }
}

/// What stands in `url(..)`.
fn css_urls(css: &str) -> impl Iterator<Item = &str> {
    css.match_indices("url(").filter_map(|(at, open)| {
        let inside = css.get(at + open.len()..)?;
        let (inside, _) = inside.split_once(')')?;
        let trimmed = inside.trim().trim_matches(['"', '\'']);
        Some(trimmed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;
    use crate::model::NoteType;

    fn written(key: &str, front: &str, css: &str) -> WrittenType {
        let note_type = NoteType::builder(key)
            .field("Front")
            .template("Card 1", front, "{{Front}}")
            .css(css)
            .build()
            .unwrap();
        WrittenType {
            folder: format!("types/{key}"),
            ..WrittenType::of(key, note_type)
        }
    }

    fn check(types: &[WrittenType], names: &[&str], codes: &[Code]) {
        let files = Memory::new()
            .with("types/a/_logo.png", "logo")
            .with("types/b/_logo.png", "other logo")
            .with("_font.woff2", "font")
            .with("assets/_more.css", "css");
        let settings = Settings {
            media_paths: vec!["assets".to_owned()],
            ..Settings::default()
        };
        let found = find(&Library::new(&files), types, &settings);
        let found_names: Vec<&str> = found.files.iter().map(|it| it.name.as_str()).collect();
        let found_codes: Vec<Code> = found.diagnostics.iter().map(|it| it.code).collect();
        assert_eq!((&*found_names, &*found_codes), (names, codes));
    }

    #[test]
    fn static_files_come_along_under_their_names() {
        let css = "@import \"_more.css\"; @font-face { src: url(_font.woff2) }";
        let a = written("a", "{{Front}}<img src=\"_logo.png\" class=\"_x\">", css);
        check(
            std::slice::from_ref(&a),
            &["_logo.png", "_more.css", "_font.woff2"],
            &[],
        );
        let b = written("b", "{{Front}}<img src='_logo.png'>", "");
        check(
            &[a, b],
            &["_logo.png", "_more.css", "_font.woff2"],
            &[Code::MediaNameTaken],
        );
    }

    #[test]
    fn what_would_not_come_along_is_told() {
        let front = "{{Front}}<img src=\"logo.png\"><img src=\"{{Front}}\"><img src=\"https://e.com/a.png\">";
        let css = ".card { background: url('paper.jpg') } a { background: url(data:x) } b { src: url(_nope.ttf) }";
        check(
            &[written("a", front, css)],
            &[],
            &[
                Code::MediaMissing,
                Code::MediaNotStatic,
                Code::MediaNotStatic,
            ],
        );
    }
}

//! Folders of `media: {paths: [..]}` that are not there. Files that were to be found in one are told
//! as missing, each by itself; here stands why.

use std::collections::BTreeSet;

use crate::diag::{Code, Diagnostic, Diagnostics, Span, nearest};
use crate::files::{Files, join, parent};
use crate::model::written::Settings;

/// Tells folders of these settings that are not there. An equal finding stands only once in a
/// report, so the same settings may come more than once.
pub(super) fn tell<'s>(
    files: &dyn Files,
    all: impl Iterator<Item = &'s Settings>,
    sink: &mut Diagnostics,
) {
    let mut seen: BTreeSet<(Span, &str)> = BTreeSet::new();
    for settings in all {
        for (path, span) in settings.media_paths.iter().zip(&settings.media_path_spans) {
            if seen.insert((*span, path)) {
                missing(files, path, *span)
                    .into_iter()
                    .for_each(|found| sink.push(found));
            }
        }
    }
}

fn missing(files: &dyn Files, path: &str, span: Span) -> Option<Diagnostic> {
    let Some(folder) = join("", path) else {
        let title = format!("the media folder `{path}` lies outside of the project");
        return Some(
            Diagnostic::new(Code::MediaFolder, title)
                .at(span, "not looked into")
                .note("nothing outside of the project's folder is read")
                .help("copy the folder into the project"),
        );
    };
    if folder.is_empty() || !files.folder(&folder).is_empty() {
        return None;
    }
    if let Ok(Some(_)) = files.size(&folder) {
        let title = format!("the media folder `{path}` is a file");
        let folder = match parent(&folder) {
            "" => ".",
            folder => folder,
        };
        return Some(
            Diagnostic::new(Code::MediaFolder, title)
                .at(span, "nothing is found in it")
                .help(format!("name the folder that it lies in, `{folder}`")),
        );
    }
    let found = Diagnostic::new(
        Code::MediaFolder,
        format!("there is no folder `{path}`, or nothing is in it"),
    )
    .at(span, "no file is found in it");
    Some(match near(files, &folder) {
        Some(near) => found.fix("a folder with a similar path exists", span, near),
        None => found.note("folders of media count from the project's root"),
    })
}

/// The folder that is most likely meant.
fn near(files: &dyn Files, folder: &str) -> Option<String> {
    // Where they cannot be listed there is nothing to suggest; the finding is told all the same.
    let listed = files.list().unwrap_or_default().paths;
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for path in &listed {
        let mut above = parent(path);
        while !above.is_empty() && folders.insert(above) {
            above = parent(above);
        }
    }
    let name = |path: &str| crate::files::file_name(path).to_lowercase();
    let mut of_that_name = folders.iter().filter(|it| name(it) == name(folder));
    // The right name in the wrong place, where there is one such place.
    if let (Some(one), None) = (of_that_name.next(), of_that_name.next()) {
        return Some((*one).to_owned());
    }
    nearest(folder, folders.iter().copied()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::files::Memory;

    #[test]
    fn folders_that_are_not_there_are_told() {
        let files = Memory::new()
            .with("assets/heart.svg", "x")
            .with("notes/sub/pictures/lungs.svg", "x");
        let span = Span::new(Sources::new().add("deckle.yaml", "x"), 0..1);
        let check = |path: &str, expect: Option<&str>| {
            let found = missing(&files, path, span);
            let told = found.as_ref().map(|it| match &it.fix {
                Some(fix) => fix.edits[0].1.as_str(),
                None => it.message.as_str(),
            });
            assert_eq!(told, expect, "{path}");
        };
        check("assets", None);
        check("./assets/", None);
        check("/assets", None);
        check(".", None);
        check("notes/sub", None);
        check("asets", Some("assets"));
        check("pictures", Some("notes/sub/pictures"));
        check("notes/pictures", Some("notes/sub/pictures"));
        check(
            "nope",
            Some("there is no folder `nope`, or nothing is in it"),
        );
        check(
            "../shared",
            Some("the media folder `../shared` lies outside of the project"),
        );
        check(
            "assets/heart.svg",
            Some("the media folder `assets/heart.svg` is a file"),
        );
    }
}

//! Where the package goes.

use std::path::{Path, PathBuf};

use super::{BuildOptions, Project, Scope};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::package::{self, Baseline};
use crate::source::anki_text;
use crate::source::manifest::Manifest;
use crate::{Error, ErrorKind, files};

/// The path of the package: what the caller says, else the manifest, else beside the sources.
/// A path of the manifest that leads out of the project, or that Anki would take for a backup,
/// is told.
pub(super) fn path(
    project: &Project,
    manifest: &Manifest,
    options: &BuildOptions,
    sink: &mut Diagnostics,
) -> PathBuf {
    let path = package_path(project, manifest, options, sink);
    if options.text && options.output.is_none() {
        return path.with_extension("txt");
    }
    path
}

fn package_path(
    project: &Project,
    manifest: &Manifest,
    options: &BuildOptions,
    sink: &mut Diagnostics,
) -> PathBuf {
    if let Some(path) = &options.output {
        return path.clone();
    }
    let partial = match &project.scope {
        Scope::Manifest { only } => only.first(),
        Scope::Files { paths, .. } if paths.len() == 1 => paths.first(),
        _ => None,
    };
    if let Some(path) = partial {
        // A dot in a folder's name begins no extension.
        let is_file = matches!(project.files.size(path), Ok(Some(_)));
        let stem = path
            .rsplit_once('.')
            .filter(|_| is_file)
            .map_or(path.as_str(), |(it, _)| it);
        return project.root.join(format!("{stem}.apkg"));
    }
    let Some(output) = &manifest.output else {
        let name: String = manifest
            .name
            .as_str()
            .chars()
            .map(|it| {
                if it.is_control() || r#"/\:*?"<>|"#.contains(it) {
                    '-'
                } else {
                    it
                }
            })
            .collect();
        return project.root.join(name.replace("--", "-") + ".apkg");
    };
    let Some(inside) = files::join("", &output.value).filter(|_| !output.value.starts_with('/'))
    else {
        let title = format!("the output `{}` lies outside of the project", output.value);
        sink.push(
            Diagnostic::new(Code::OutputName, title)
                .at(output.span, "not written")
                .help("name a file inside, or say `-o FILE` on the command line"),
        );
        return project.root.join("out.apkg");
    };
    let path = project.root.join(inside);
    if let Err(error) = package::check_file_name(Path::new(&output.value)) {
        if !output.value.to_lowercase().ends_with(".apkg") {
            sink.push(
                Diagnostic::new(Code::OutputName, error.to_string()).at(output.span, "this name"),
            );
            return path;
        }
        let title = format!(
            "Anki takes a file called `{}` for a backup",
            files::file_name(&output.value)
        );
        sink.push(
            Diagnostic::new(Code::OutputName, title)
                .at(output.span, "this name")
                .note("who imports it replaces the whole collection")
                .help("choose a name other than `collection.apkg` and `backup-...apkg`"),
        );
    }
    path
}

/// Refuses a path at which something stands that deckle did not write: a deck that somebody
/// exported from Anki would be lost.
pub(super) fn check_replaceable(path: &Path, text: bool) -> Result<(), Error> {
    let refused = || {
        let path = path.display();
        Error::usage(format!(
            "`{path}` was not written by this version of deckle and stays as it is; choose another `-o`, move it away, or say `--force`"
        ))
    };
    if text {
        return match files::read_if_exists(path)? {
            None => Ok(()),
            Some(bytes) if bytes.is_empty() => Ok(()),
            Some(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let own = anki_text::is_written_by_deckle(&text);
                own.then_some(()).ok_or_else(refused)
            }
        };
    }
    match Baseline::may_be_replaced(path) {
        Ok(true) => Ok(()),
        Ok(false) => Err(refused()),
        Err(error) if is_damage(&error) => Err(refused().caused_by(error)),
        Err(error) => Err(error),
    }
}

/// Whether the fault lies in the file, not in reaching it.
pub(super) fn is_damage(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Archive(_) | ErrorKind::Database(_))
}

//! Which project a path belongs to.

use std::path::{Path, PathBuf};

use super::Scope;
use crate::files::{self, Disk, Files, Kind};
use crate::source::manifest::FILE_NAME;
use crate::{Error, ErrorKind};

pub(super) struct Opened {
    pub(super) root: PathBuf,
    pub(super) scope: Scope,
}

pub(super) fn open(paths: &[PathBuf]) -> Result<Opened, Error> {
    let found: Vec<(PathBuf, Kind)> = paths
        .iter()
        .map(|path| files::locate(path))
        .collect::<Result<_, _>>()?;
    let Some((first, _)) = found.first() else {
        return Err(Error::usage("there is no path to build"));
    };
    // A `deckle.yaml` itself means its project.
    let names_manifest = |path: &Path| path.file_name().is_some_and(|name| name == FILE_NAME);
    let project_of = |path: &Path| -> Option<PathBuf> {
        path.ancestors()
            .find(|it| files::is_file(&it.join(FILE_NAME)))
            .map(Path::to_owned)
    };
    let root = project_of(first);
    if let Some((other, _)) = found.iter().find(|(path, _)| project_of(path) != root) {
        return Err(Error::usage(format!(
            "`{}` and `{}` do not belong to one project; build them one after the other",
            first.display(),
            other.display()
        )));
    }
    if let Some(root) = root {
        let whole = found
            .iter()
            .any(|(path, _)| *path == root || names_manifest(path));
        let only = if whole {
            Vec::new()
        } else {
            relative(&root, &found)?
        };
        return Ok(Opened {
            root,
            scope: Scope::Manifest { only },
        });
    }
    match found.as_slice() {
        [(path, Kind::Folder)] => {
            let name = name_of(path.file_name())?;
            Ok(Opened {
                root: path.clone(),
                scope: Scope::Folder { name },
            })
        }
        [(path, Kind::File)] => {
            let name = name_of(path.file_stem())?;
            let root = path.parent().map_or_else(PathBuf::new, Path::to_owned);
            let paths = relative(&root, &found)?;
            Ok(Opened {
                root,
                scope: Scope::Files { name, paths },
            })
        }
        _ => {
            let common = |left: &Path, right: &Path| -> PathBuf {
                let shared = left.components().zip(right.components());
                shared
                    .take_while(|(left, right)| left == right)
                    .map(|(it, _)| it)
                    .collect()
            };
            let folder = |path: &Path, kind: Kind| match kind {
                Kind::Folder => path.to_owned(),
                Kind::File => path.parent().map_or_else(PathBuf::new, Path::to_owned),
            };
            let root = found
                .iter()
                .map(|(path, kind)| folder(path, *kind))
                .reduce(|left, right| common(&left, &right))
                .unwrap_or_default();
            let paths = relative(&root, &found)?;
            Ok(Opened {
                scope: Scope::Files {
                    name: name_of(root.file_name())?,
                    paths,
                },
                root,
            })
        }
    }
}

/// The folders of all projects below one.
pub(super) fn find(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let disk = Disk::new(folder)?;
    let listed = disk.list()?;
    let files = listed.paths.iter();
    let files = files.filter(|it| files::file_name(it) == FILE_NAME);
    let mut folders: Vec<PathBuf> = files
        .map(|it| match files::parent(it) {
            "" => disk.root().to_owned(),
            folder => disk.root().join(folder),
        })
        .collect();
    folders.sort();
    Ok(folders)
}

fn relative(root: &Path, found: &[(PathBuf, Kind)]) -> Result<Vec<String>, Error> {
    let slashed = |path: &Path| -> Option<String> {
        let inside = path.strip_prefix(root).ok()?;
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    };
    found
        .iter()
        .map(|(path, _)| slashed(path).ok_or_else(|| Error::new(ErrorKind::Outside(path.clone()))))
        .collect()
}

fn name_of(name: Option<&std::ffi::OsStr>) -> Result<String, Error> {
    name.and_then(|name| name.to_str())
        .map(str::to_owned)
        .ok_or_else(|| {
            Error::usage(
                "the folder has no name that could be the deck's; add a deckle.yaml with one",
            )
        })
}

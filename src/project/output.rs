//! Where packages go.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::division::Share;
use super::{BuildOptions, Project, Scope};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use crate::package::{self, Baseline};
use crate::source::anki_text;
use crate::source::manifest::Manifest;
use crate::source::outputs::{Container, Output, Split};
use crate::{Error, ErrorKind, files};

/// Where a package goes that is one of several.
pub(super) struct Place {
    /// Relative to the project.
    file: String,
    /// What asks for it.
    span: Span,
    pub(super) container: Option<Container>,
}

impl Place {
    /// Where an output goes, or the `part` of it that is for one deck or source file.
    pub(super) fn of(output: &Output, part: &str) -> Self {
        let name = output.name.as_ref().map(|it| it.value.as_str());
        let stem = match output.split {
            Split::File => part.rsplit_once('.').map_or(part, |(stem, _)| stem),
            _ => part,
        };
        let part = file_stem(stem);
        let file = output.file.as_ref().map(|it| it.value.as_str());
        let file = match (file, output.split) {
            (Some(file), Split::None) => file.to_owned(),
            (Some(file), _) if file.contains('*') => file.replace('*', &part),
            (Some(file), _) => match file.rsplit_once('.') {
                Some((stem, extension)) => format!("{stem}-{part}.{extension}"),
                None => format!("{file}-{part}"),
            },
            (None, Split::None) => format!("{}.apkg", name.unwrap_or_default()),
            (None, _) => match name {
                Some(name) => format!("{name}-{part}.apkg"),
                None => format!("{part}.apkg"),
            },
        };
        let said = output.file.as_ref().map(|it| it.span);
        Self {
            file,
            span: said.or(output.span).unwrap_or(Span::NONE),
            container: output.container,
        }
    }

    /// Relative to the project.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The path on disk. What is wrong with it is told.
    pub(super) fn path(
        &self,
        project: &Project,
        options: &BuildOptions,
        sink: &mut Diagnostics,
    ) -> PathBuf {
        if let Some(path) = &options.output {
            return path.clone();
        }
        let file = Spanned::new(self.file.clone(), self.span);
        let path = checked(project, &file, sink);
        if options.text {
            return path.with_extension("txt");
        }
        path
    }
}

/// The packages that the caller wants.
///
/// # Errors
/// Where one that is named does not exist, or several would go to one file.
pub(super) fn chosen(shares: Vec<Share>, options: &BuildOptions) -> Result<Vec<Share>, Error> {
    let names: Vec<String> = shares.iter().map(|it| format!("`{}`", it.name)).collect();
    let means = |name: &str, wish: &str| {
        let rest = name.strip_prefix(wish);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    for wish in &options.only {
        if !shares.iter().any(|it| means(&it.name, wish)) {
            return Err(Error::usage(format!(
                "`--only {wish}` names no package of the project; it has {}",
                names.join(", ")
            )));
        }
    }
    let wanted = |it: &Share| options.only.iter().any(|wish| means(&it.name, wish));
    let mut shares = shares;
    if !options.only.is_empty() {
        shares.retain(wanted);
    }
    if options.output.is_some() && shares.len() > 1 {
        return Err(Error::usage(format!(
            "`-o` names one file, and the project has {} packages; choose one by `--only`: {}",
            shares.len(),
            names.join(", ")
        )));
    }
    Ok(shares)
}

/// Tells packages of one path: the second would be written over the first.
pub(super) fn tell_clashes(shares: &[Share], sink: &mut Diagnostics) {
    let mut known: BTreeMap<String, &Share> = BTreeMap::new();
    for share in shares {
        let file = &share.place.file;
        let inside = files::join("", file).unwrap_or_else(|| file.clone());
        let Some(first) = known.insert(inside.to_lowercase(), share) else {
            continue;
        };
        let title = format!("two packages go to `{file}`");
        let mut found =
            Diagnostic::new(Code::OutputClash, title).at(share.place.span, "the second one");
        if first.place.span != share.place.span {
            found = found.also(first.place.span, "the first one");
        }
        sink.push(
            found
                .note(format!("they are `{}` and `{}`", first.name, share.name))
                .help("give each a `file` of its own, or its deck or source another name; letter case does not count"),
        );
    }
}

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
        return project.root.join(match &project.variant {
            Some(key) => format!("{stem}-{key}.apkg"),
            None => format!("{stem}.apkg"),
        });
    }
    if manifest.outputs.are_several() {
        // Each has a place of its own; this is that of the first, if it is known by now.
        let first = manifest.outputs.list.first();
        let first = first.filter(|it| it.split == Split::None);
        let file = first.map(|it| Place::of(it, "").file).unwrap_or_default();
        return project.root.join(file);
    }
    let single = manifest.outputs.single();
    if let Some(file) = single.and_then(|it| it.file.as_ref()) {
        return checked(project, file, sink);
    }
    let name = single.and_then(|it| it.name.as_ref());
    let name = name.map_or(manifest.name.as_str(), |it| it.value.as_str());
    project.root.join(file_stem(name) + ".apkg")
}

/// A name of a deck or file as part of a file's name.
fn file_stem(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|it| {
            if it.is_control() || r#"/\:*?"<>|"#.contains(it) {
                '-'
            } else {
                it
            }
        })
        .collect();
    name.replace("--", "-")
}

fn checked(project: &Project, output: &Spanned<String>, sink: &mut Diagnostics) -> PathBuf {
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
    if output.value.contains('*') {
        let title = format!("`{}` cannot be the path of one package", output.value);
        sink.push(
            Diagnostic::new(Code::OutputName, title)
                .at(
                    output.span,
                    "`*` stands for the name of a deck or source file",
                )
                .help(
                    "say `split: top-deck` or `split: file` beside it, or write a name without `*`",
                ),
        );
        return path;
    }
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

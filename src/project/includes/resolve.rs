//! Which projects a project includes, and what is told of the others that lie in it.

use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span, nearest};
use crate::files::{Files, file_name, parent};
use crate::model::written::IdMode;
use crate::project::{Project, load};
use crate::source::includes::{Include, Included};
use crate::source::layout::Selection;
use crate::source::manifest::{FILE_NAME, Manifest};

/// The projects that the manifest includes. Entries that name none are told.
pub(in crate::project) fn resolve(
    files: &dyn Files,
    manifest: &Manifest,
    sink: &mut Diagnostics,
) -> Result<Vec<Included>, Error> {
    let mut found: Vec<Included> = Vec::new();
    if manifest.include.is_empty() {
        return Ok(found);
    }
    let listed = files.list()?.paths;
    let projects = listed.iter().filter(|it| file_name(it) == FILE_NAME);
    let projects: Vec<&str> = projects
        .map(String::as_str)
        .filter(|it| *it != FILE_NAME)
        .collect();
    for include in &manifest.include {
        for folder in folders(files, include, &projects, sink) {
            let span = include.path.span;
            let nested = found.iter().find(|it| {
                load::lies_in(&folder, &it.folder) || load::lies_in(&it.folder, &folder)
            });
            if let Some(other) = nested {
                let (title, mend) = if other.folder == folder {
                    let title = format!("the project in `{folder}` is included twice");
                    (title, "name it once")
                } else {
                    let title = format!(
                        "the projects in `{}` and `{folder}` lie one inside of the other",
                        other.folder
                    );
                    (
                        title,
                        "include the outer one, and in its deckle.yaml the inner one",
                    )
                };
                sink.push(
                    Diagnostic::new(Code::ProjectInclude, title)
                        .at(span, "here")
                        .also(other.span, "and here")
                        .note("its notes would be in the package twice")
                        .help(mend),
                );
                continue;
            }
            found.push(Included {
                folder,
                deck: include.deck.clone(),
                variant: include.variant.clone(),
                span,
            });
        }
    }
    if let (Some(first), IdMode::Natural) = (found.first(), manifest.ids) {
        sink.push(natural(first.span, "this project"));
    }
    Ok(found)
}

/// Tells projects in folders of the project whose notes are read as notes of its own: they have
/// other guids than in the project that they belong to.
pub(in crate::project) fn tell_nested(
    project: &Project,
    listed: &[String],
    paths: &[String],
    sources: &mut Sources,
    sink: &mut Diagnostics,
) {
    let projects = listed.iter().filter(|it| file_name(it) == FILE_NAME);
    for path in projects.filter(|it| *it != FILE_NAME) {
        let folder = parent(path);
        if !paths.iter().any(|it| load::lies_in(it, folder)) {
            continue;
        }
        let file = sources.add(path, "");
        let title = format!("the project in `{folder}` is built as a part of this one");
        let found = Diagnostic::new(Code::NestedProject, title)
            .at(Span::new(file, 0..0), "not read")
            .note(
                "its notes get other guids than by themselves: who learns with both has them twice",
            );
        sink.push(if project.has_manifest() {
            found.help(format!(
                "write `include: [{folder}]` to take it in as the project it is, or `exclude: [{folder}/]`"
            ))
        } else {
            found.help("build it by itself, or take its deckle.yaml away")
        });
    }
}

fn folders(
    files: &dyn Files,
    include: &Include,
    projects: &[&str],
    sink: &mut Diagnostics,
) -> Vec<String> {
    let path = &include.path;
    if include.is_pattern() {
        let selection = Selection::of(std::slice::from_ref(path), sink);
        let matching = projects.iter().filter(|it| selection.holds(it));
        let found: Vec<String> = matching.map(|it| parent(it).to_owned()).collect();
        if found.is_empty() {
            let title = format!("no project matches `{}`", path.value);
            sink.push(told(title, path.span, projects));
        }
        return found;
    }
    let Some(folder) = include.folder() else {
        let title = format!("`{}` is no project inside of this one", path.value);
        sink.push(
            Diagnostic::new(Code::ProjectInclude, title)
                .at(path.span, "not included")
                .note("a project includes projects that lie in folders below its own; nothing outside is read")
                .help("put the other project into a folder of this one, for instance as a git submodule"),
        );
        return Vec::new();
    };
    let file = format!("{folder}/{FILE_NAME}");
    match files.size(&file) {
        Ok(Some(_)) => vec![folder],
        _ => {
            let title = format!("there is no project at `{}`", path.value);
            let found = told(title, path.span, projects);
            sink.push(match nearest(&file, projects.iter().copied()) {
                Some(near) => found.fix("a project with a similar path exists", path.span, near),
                None => found,
            });
            Vec::new()
        }
    }
}

fn told(title: String, span: Span, projects: &[&str]) -> Diagnostic {
    let found = Diagnostic::new(Code::ProjectInclude, title).at(span, "no deckle.yaml there");
    if projects.is_empty() {
        return found.help("a project is a folder with a deckle.yaml");
    }
    found.note(format!("the projects are `{}`", projects.join("`, `")))
}

pub(super) fn natural(span: Span, which: &str) -> Diagnostic {
    Diagnostic::new(
        Code::ProjectInclude,
        format!("{which} says `ids: natural`, with which none is included or includes others"),
    )
    .at(span, "not included")
    .note("without a lock each build would send out all notes anew, over what learners edited")
    .help("take `ids: natural` out of its deckle.yaml")
}

//! The tables that other tables are joined with: read for them, and no sources of their own.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use super::load::{Input, read_text};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Sources, Spanned, nearest};
use crate::files::{join, parent};
use crate::source::layout::Dialect;

/// Reads what the tables among the inputs are joined with, and takes it out of the inputs. Returns
/// the paths.
pub(super) fn read(
    project: &Project,
    inputs: &mut Vec<Input>,
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<Vec<String>, Error> {
    let mut known: BTreeMap<String, Option<FileId>> = BTreeMap::new();
    for input in inputs.iter() {
        known.insert(sources.path(input.file).to_owned(), Some(input.file));
    }
    let mut found = BTreeSet::new();
    let mut told = BTreeSet::new();
    let mut to_itself = Vec::new();
    for input in inputs.iter_mut().filter(|it| it.dialect == Dialect::Table) {
        let of = sources.path(input.file).to_owned();
        for joined in &input.defaults.csv.joins {
            let path = resolved(&of, &joined.file.value);
            // A setting of a folder holds for the joined table, too, that lies in it.
            if path.as_ref() == Some(&of) {
                to_itself.push((of.clone(), joined.file.span));
                input.joined.push(None);
                continue;
            }
            let path = path.filter(|it| matches!(project.files.size(it), Ok(Some(_))));
            let Some(path) = path else {
                if told.insert(joined.file.span) {
                    sink.push(missing(project, &of, &joined.file)?);
                }
                input.joined.push(None);
                continue;
            };
            let file = match known.get(&path) {
                Some(file) => *file,
                None => {
                    let file = read_text(project, &path, sources, sink)?;
                    known.insert(path.clone(), file);
                    file
                }
            };
            found.insert(path);
            input.joined.push(file);
        }
    }
    for (table, span) in to_itself.into_iter().filter(|it| !found.contains(&it.0)) {
        let title = format!("the table `{table}` is joined to itself");
        sink.push(
            Diagnostic::new(Code::TableJoin, title)
                .at(span, "joined here")
                .help("a table that others are joined with lies beside them, and is no source of its own"),
        );
    }
    inputs.retain(|it| !found.contains(sources.path(it.file)));
    Ok(found.into_iter().collect())
}

/// The path as seen from the table; with `/` in front from the root.
fn resolved(table: &str, path: &str) -> Option<String> {
    match path.strip_prefix('/') {
        Some(rest) => join("", rest),
        None => join(parent(table), path),
    }
}

fn missing(project: &Project, table: &str, file: &Spanned<String>) -> Result<Diagnostic, Error> {
    let title = format!("there is no table `{}` beside `{table}`", file.value);
    let found = Diagnostic::new(Code::TableJoin, title).at(file.span, "joined here");
    let folder = parent(table);
    let listed = project.files.list()?.paths;
    let beside = listed.iter().filter(|it| parent(it) == folder);
    let beside = beside.filter_map(|it| it.get(folder.len()..));
    let beside: Vec<&str> = beside.map(|it| it.trim_start_matches('/')).collect();
    Ok(match nearest(&file.value, beside) {
        Some(near) => found.fix("a file with a similar name exists", file.span, near),
        None => found.help(
            "the path counts from the table's folder, with `/` in front from the project's root",
        ),
    })
}

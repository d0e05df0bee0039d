//! Files of macros: found by a quick look before any note is rendered, because rendering does not
//! read files, and what is wrong with one is told once.

use std::collections::BTreeSet;

use memchr::memmem;

use super::Project;
use super::load::{Input, read_text};
use crate::diag::{Diagnostics, Sources};
use crate::files::parent;
use crate::render::{Renderer, macro_paths};
use crate::{Error, ErrorKind};

/// The key that names a file of macros.
const KEY: &str = "macros";

/// Reads the files of macros that the sources may mean.
pub(super) fn learn(
    project: &Project,
    renderer: &Renderer<'_>,
    inputs: &[Input],
    sources: &mut Sources,
    sink: &mut Diagnostics,
) -> Result<(), Error> {
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    for input in inputs {
        let folder = parent(sources.path(input.file));
        let inherited = &input.defaults.settings.macros.file;
        let inherited = inherited.iter().map(|it| it.value.clone());
        let said = said(sources.text(input.file));
        wanted.extend(inherited.chain(said).map(|name| (folder.to_owned(), name)));
    }
    let mut known = BTreeSet::new();
    for (folder, name) in wanted {
        for path in macro_paths(&folder, &name) {
            if known.contains(&path) {
                break;
            }
            match project.files.size(&path) {
                Ok(Some(_)) => {}
                Ok(None) => continue,
                Err(error) if matches!(error.kind(), ErrorKind::Outside(_)) => continue,
                Err(error) => return Err(error),
            }
            if let Some(file) = read_text(project, &path, sources, sink)? {
                renderer.learn_macros(&path, file, sources.text(file), sink);
            }
            known.insert(path);
            break;
        }
    }
    Ok(())
}

/// What a text may name as its file of macros: the word behind each `macros:`.
fn said(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for at in memmem::find_iter(text.as_bytes(), KEY) {
        let behind = text.get(at + KEY.len()..).unwrap_or_default();
        let behind = behind.trim_start_matches(['"', '\'', ' ']);
        let Some(value) = behind.strip_prefix(':') else {
            continue;
        };
        let line = value.lines().next().unwrap_or_default();
        let end = line.find([',', '}', '#']).unwrap_or(line.len());
        let name = line.get(..end).unwrap_or_default().trim();
        let name = name.trim_matches(['"', '\'']);
        if !name.is_empty() && !name.starts_with('{') {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn files_of_macros_are_seen_wherever_they_are_named() {
        for (text, expect) in [
            (
                "---\nmath: {engine: image, macros: a.tex}\n---\n",
                &["a.tex"][..],
            ),
            ("math:\n  macros: \"b c.tex\" # mine\n", &["b c.tex"]),
            ("math: {\"macros\": 'x/y.tex', engine: auto}", &["x/y.tex"]),
            ("math:\n  macros:\n    '\\R': x\n", &[]),
            ("macros are fun", &[]),
        ] {
            assert_eq!(said(text), expect, "{text}");
        }
    }
}

//! What notes said that are gone from the sources. The lock knows who they were and keeps no text;
//! the package of the last build still has it.
//!
//! It only makes a message easier to understand, so nothing here fails: where there is no package,
//! or it is broken, the message does without. Packages are opened where a note is gone, and no
//! sooner.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::history::Said;
use super::output::{self, Place};
use super::{BuildOptions, Project, ship};
use crate::diag::Diagnostics;
use crate::source::manifest::Manifest;
use crate::source::outputs::Split;
use crate::template::strip::strip_html_keeping_media;
use crate::{files, package};

/// The most characters of a note that a message shows.
const SHOWN: usize = 40;

/// The elements whose tags part words, as a reader sees them.
const PARTING: [&str; 8] = ["<br", "<p", "<div", "<li", "<td", "<th", "<tr", "<h"];

/// A note that is gone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone<'a> {
    pub(super) id: &'a str,
    pub(super) guid: &'a str,
}

/// Where notes that are gone may still stand. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    root: PathBuf,
    places: Vec<Packages>,
    /// What was found, by the folder of the project and the note's id: variants of a project have
    /// the same notes, and tell of each in the same words.
    found: Arc<Mutex<Found>>,
}

/// How notes began, by the folder of their project and their id; `None` where nothing tells.
type Found = BTreeMap<(PathBuf, String), Option<String>>;

/// Packages that earlier builds may have written.
#[derive(Debug, Clone)]
enum Packages {
    At(PathBuf),
    /// Those in a folder whose names begin and end so.
    Alike {
        folder: PathBuf,
        begin: String,
        end: String,
    },
}

impl Past {
    /// Looks into the packages that a build of this project writes, and into those that it keeps of
    /// deliveries.
    pub(super) fn looked_for(
        &self,
        project: &Project,
        manifest: &Manifest,
        options: &BuildOptions,
    ) -> Self {
        let mut places: Vec<Packages> = options.output.iter().cloned().map(Packages::At).collect();
        if manifest.outputs.are_several() {
            for it in &manifest.outputs.list {
                let path = |part: &str| project.root.join(Place::of(it, part).file());
                places.push(match it.split {
                    Split::None => Packages::At(path("")),
                    _ => Packages::between(&path("0"), &path("1")),
                });
            }
        } else if options.output.is_none() {
            // What is wrong with the path is told where it is written to.
            let path = output::path(project, manifest, options, &mut Diagnostics::new());
            places.push(Packages::At(path));
        }
        Self {
            root: project.root.clone(),
            places,
            found: Arc::clone(&self.found),
        }
    }

    /// How these notes of the project in a folder began, as far as that is known.
    pub(super) fn said(&self, folder: &Path, gone: &[Gone<'_>]) -> Said {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |it: &Gone<'_>| (folder.to_owned(), it.id.to_owned());
        let unknown = gone.iter().filter(|it| !found.contains_key(&key(it)));
        let mut wanted: BTreeSet<&str> = unknown.map(|it| it.guid).collect();
        let mut fields = BTreeMap::new();
        for path in self.packages() {
            if wanted.is_empty() {
                break;
            }
            let of_package = package::fields_of(&path, |guid| wanted.contains(guid));
            for (guid, of_note) in of_package.unwrap_or_default() {
                wanted.remove(guid.as_str());
                fields.insert(guid, of_note);
            }
        }
        for it in gone {
            let text = || fields.get(it.guid).map(|it| beginning(it));
            found
                .entry(key(it))
                .or_insert_with(|| text().filter(|it| !it.is_empty()));
        }
        let said = gone.iter().filter_map(|it| {
            let text = found.get(&key(it))?.clone()?;
            Some((it.id.to_owned(), text))
        });
        said.collect()
    }

    /// The packages that are there, the likeliest first.
    fn packages(&self) -> impl Iterator<Item = PathBuf> {
        let written = self.places.iter().flat_map(Packages::paths);
        // Read when nothing else has the notes.
        let kept = std::iter::once_with(|| ship::kept(&self.root).unwrap_or_default());
        let kept = kept.flat_map(|it| it.into_values().flatten());
        written.chain(kept).filter(|it| files::is_file(it))
    }
}

impl Packages {
    /// Those whose paths differ as these two do.
    fn between(one: &Path, other: &Path) -> Self {
        let folder = one.parent().unwrap_or(one).to_owned();
        let name = |path: &Path| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        let (one, other) = (name(one), name(other));
        let common = |same: usize| one.chars().take(same).collect::<String>();
        let pairs = || one.chars().zip(other.chars());
        let begin = common(pairs().take_while(|(one, other)| one == other).count());
        let ends = one.chars().rev().zip(other.chars().rev());
        let same = ends.take_while(|(one, other)| one == other).count();
        let end = one.chars().skip(one.chars().count() - same).collect();
        Self::Alike { folder, begin, end }
    }

    fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::At(path) => vec![path.clone()],
            Self::Alike { folder, begin, end } => {
                let names = files::names_in(folder).unwrap_or_default().into_iter();
                let alike = names.filter(|it| it.starts_with(begin) && it.ends_with(end));
                alike.map(|it| folder.join(it)).collect()
            }
        }
    }
}

/// The beginning of the first field that shows a text, of fields with U+001F between them.
pub(super) fn beginning(fields: &str) -> String {
    let line = |html: &str| {
        let mut html = html.to_owned();
        for tag in PARTING {
            html = html.replace(tag, &format!(" {tag}"));
        }
        let text = strip_html_keeping_media(&html);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let lines = fields.split('\u{1f}').map(line);
    let text = lines.into_iter().find(|it| !it.is_empty());
    let text = text.unwrap_or_default();
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push_str("..");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_told_by_its_first_text() {
        let check = |fields: &str, expect: &str| assert_eq!(beginning(fields), expect, "{fields}");
        check("What do lungs do?\u{1f}Breathe", "What do lungs do?");
        check("one<br>two <b>th</b>ree\n", "one two three");
        check("\u{1f}<i></i>\u{1f}third", "third");
        check("<p>a &lt; b</p><p>c</p>", "a < b c");
        check("<img src=\"heart.svg\">", "heart.svg");
        check(&"é".repeat(41), &format!("{}..", "é".repeat(40)));
        check("", "");
    }

    #[test]
    fn packages_of_a_pattern_are_found_by_what_does_not_differ() {
        let check = |one: &str, other: &str, expect: (&str, &str)| {
            let Packages::Alike { begin, end, .. } =
                Packages::between(Path::new(one), Path::new(other))
            else {
                panic!("{one}");
            };
            assert_eq!((begin.as_str(), end.as_str()), expect, "{one}");
        };
        check("a/0.apkg", "a/1.apkg", ("", ".apkg"));
        check("deck-0.apkg", "deck-1.apkg", ("deck-", ".apkg"));
        check("same", "same", ("same", "same"));
    }
}

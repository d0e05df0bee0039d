//! Notes that were edited where no lock is kept: the package of the last build says who they were.

use std::collections::HashMap;
use std::path::Path;

use super::history::Lines;
use super::past::beginning;
use super::render::{Facts, Made};
use super::{BuildOptions, MatchedNote, output};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources};
use crate::identity::{TextItem, find_by_text};
use crate::model::{Guid, Note};
use crate::package::{Baseline, BaselineText};
use crate::{Error, ErrorKind, files};

/// The earlier build that ids and times go on from where no lock keeps them.
pub(super) fn baseline(
    locked: bool,
    options: &BuildOptions,
    output: &Path,
) -> Result<Option<Baseline>, Error> {
    if let Some(path) = &options.baseline {
        let none = || {
            let path = path.display();
            Error::usage(format!(
                "the baseline `{path}` is no package that deckle wrote"
            ))
        };
        return match Baseline::read(path) {
            // Who names a baseline counts on it.
            Ok(None) if !files::is_file(path) => {
                Err(Error::read(path, std::io::ErrorKind::NotFound.into()))
            }
            Ok(found) => found.map(Some).ok_or_else(none),
            Err(error) if output::is_damage(&error) => Err(none().caused_by(error)),
            Err(error) => Err(error),
        };
    }
    // Times do not matter in a text file, and nothing remembers them there.
    if locked || options.text || !files::is_file(output) {
        return Ok(None);
    }
    match Baseline::read(output) {
        Err(error) if output::is_damage(&error) => {
            if options.force {
                return Ok(None);
            }
            // Building without it would change ids and times.
            let output = output.display();
            let text = format!(
                "`{output}`, whose ids are to be kept, is no package or a damaged one; move it away to begin anew"
            );
            Err(Error::new(ErrorKind::Archive(text)).caused_by(error))
        }
        found => found,
    }
}

/// Gives the notes that the baseline does not have, and that say nothing of who they are, the guids
/// of those that are gone from it and are much like them. Returns which ones; what could be either
/// of two is told.
pub(super) fn guids(
    made: &mut Made,
    baseline: &Baseline,
    sources: &Sources,
    sink: &mut Diagnostics,
) -> Result<Vec<MatchedNote>, Error> {
    let is_open = |(note, facts): (&Note, &Facts)| {
        let known = note
            .guid
            .as_ref()
            .is_some_and(|it| baseline.note(it).is_some());
        let claim = &facts.claim;
        let says_who = claim.id().is_some() || claim.guid().is_some() || claim.key().is_some();
        !known && !says_who
    };
    let open: Vec<bool> = made.iter().map(is_open).collect();
    if !open.contains(&true) {
        return Ok(Vec::new());
    }
    let guids = made
        .iter()
        .map(|(note, _)| note.guid.as_ref().map_or("", Guid::as_str));
    let places: HashMap<&str, usize> = guids.enumerate().map(|(at, guid)| (guid, at)).collect();
    let is_gone = |guid: &str| !places.contains_key(guid);
    if !baseline.has(is_gone) {
        return Ok(Vec::new());
    }
    let old = baseline.texts_of(is_gone)?;
    let known: Vec<(usize, usize)> = (old.iter().enumerate())
        .filter_map(|(at, it)| Some((at, *places.get(&*it.guid)?)))
        .collect();
    let types: Vec<String> = made
        .iter()
        .map(|(note, _)| note.note_type().id().to_string())
        .collect();
    let new = made.iter().zip(&open).zip(&types);
    let new: Vec<TextItem<'_>> = new
        .map(|(((note, _), open), note_type)| TextItem {
            note_type,
            fields: open.then(|| note.fields.joined()),
        })
        .collect();
    let items: Vec<TextItem<'_>> = (old.iter())
        .map(|it| TextItem {
            note_type: &it.note_type,
            fields: it.fields.as_deref(),
        })
        .collect();
    let found = find_by_text(&items, &new, &known);
    for (old_ones, new_ones) in &found.unclear {
        let facts: Vec<&Facts> = new_ones
            .iter()
            .filter_map(|at| made.facts().nth(*at))
            .collect();
        let old: Vec<&BaselineText> = old_ones.iter().filter_map(|at| old.get(*at)).collect();
        if let Some(told) = unclear(&old, &facts) {
            sink.push(told);
        }
    }
    let mut pairs = found.pairs.into_iter().peekable();
    let mut lines = Lines::default();
    let mut matches = Vec::new();
    for (at, (note, facts)) in made.iter_mut().enumerate() {
        let Some((from, _, edited)) = pairs.next_if(|(_, new, _)| *new == at) else {
            continue;
        };
        let Some(was) = old.get(from).and_then(|it| Guid::new(&*it.guid)) else {
            continue;
        };
        if edited {
            matches.push(MatchedNote {
                id: was.as_str().to_owned(),
                path: sources.path(facts.span().file).to_owned(),
                line: lines.of(facts.span(), sources),
                moved_from: None,
            });
        }
        note.guid = Some(was);
    }
    Ok(matches)
}

fn unclear(old: &[&BaselineText], new: &[&Facts]) -> Option<Diagnostic> {
    let (first, note) = (old.first()?, new.first()?);
    let diagnostic = if let Some(second) = old.get(1) {
        let title = format!(
            "this may be the note `{}` or the note `{}`, edited",
            shown(first),
            shown(second)
        );
        Diagnostic::new(Code::AmbiguousNote, title)
            .at(note.span(), "counts as a new note until you say so")
            .help(format!(
                "`guid: {}` or `guid: {}` on this note says which it is",
                first.guid, second.guid
            ))
    } else {
        let title = format!("two notes may be the note `{}`, edited", shown(first));
        Diagnostic::new(Code::AmbiguousNote, title)
            .at(note.span(), "counts as a new note until you say so")
            .also(new.get(1)?.span(), "and so does this one")
            .help(format!(
                "`guid: {}` on one of them says which it is",
                first.guid
            ))
    };
    Some(
        diagnostic
            .note("a wrong guess would put the learning progress of one card on another")
            .help("`deckle init` makes a project, whose deckle.lock knows more of each note than a package does"),
    )
}

fn shown(note: &BaselineText) -> String {
    beginning(note.fields.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;

    use crate::Error;
    use crate::files::write_atomically;
    use crate::model::BuildTime;
    use crate::package::PackageReader;
    use crate::project::{BuildOptions, Project};

    const FIRST: &str = "## What is the capital of Ausria?\n\nVienna, on the Danube.\n\n\
        ## Who wrote the Odyssey?\n\nHomer\n\n## How long is the Rhine?\n\n1230 km\n";

    /// Builds the file at `path` with this text; returns its notes' first fields, guids and times,
    /// and what was told.
    fn build(path: &Path, time: i64, text: &str) -> (Vec<(String, String, i64)>, Vec<usize>) {
        let written = write_atomically(path, |file| {
            file.write_all(text.as_bytes())
                .map_err(|source| Error::write(path, source))
        });
        assert!(written.is_ok());
        let options = BuildOptions::new(BuildTime::from_unix(time));
        let build = Project::open(path).unwrap().build(&options).unwrap();
        let edited = build.report().matches.iter().map(|it| it.line).collect();
        build.write().unwrap();
        let reader = PackageReader::open(path.with_extension("apkg")).unwrap();
        let notes = reader.contents().notes.iter();
        let notes = notes.map(|it| {
            let first = it
                .fields
                .split('\u{1f}')
                .next()
                .unwrap_or_default()
                .to_owned();
            (first, it.guid.clone(), it.modified)
        });
        (notes.collect(), edited)
    }

    #[test]
    fn an_edited_question_keeps_its_guid_without_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("questions.md");
        let (first, told) = build(&path, 1_700_000_000, FIRST);
        assert_eq!((first.len(), told.len()), (3, 0));
        let edited = FIRST.replace("Ausria", "Austria");
        let (second, told) = build(&path, 1_700_000_100, &edited);
        assert_eq!(told, [1]);
        assert_eq!(second[0].0, "What is the capital of Austria?");
        assert_eq!((&second[0].1, second[0].2), (&first[0].1, 1_700_000_100));
        assert_eq!(second[1..], first[1..]);
        // From now on it is known by its guid, though no text makes that any more.
        let (third, told) = build(&path, 1_700_000_200, &edited);
        assert_eq!((third, told.len()), (second.clone(), 0));
        let other = edited.replace("## Who wrote the Odyssey?\n\nHomer", "## 2 + 2?\n\n4");
        let (fourth, told) = build(&path, 1_700_000_300, &other);
        assert_eq!((fourth[0].clone(), told.len()), (second[0].clone(), 0));
        let new = fourth.iter().find(|it| it.0.contains("2 + 2")).unwrap();
        assert!(first.iter().all(|it| it.1 != new.1), "a new note");
    }
}

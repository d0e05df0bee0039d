//! `adopt`: the notes of a deck that learners have, made with any tool, become those of the
//! project, so that the switch to deckle keeps all progress.
//!
//! Notes are matched by their text, and their guids, ids and times go into the lock, with the ids of
//! their note types and the names of their media. Where more than one note could be meant, none is
//! taken.

mod matching;
mod text;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::lock_file::LockFile;
use super::render::Facts;
use super::{BuildOptions, Project, Report, build, load, output, types as project_types};
use crate::diag::{Position, Sources};
use crate::files;
use crate::identity::{Digest, LOCK_NAME, Lock, MediaRecord, NoteRecord};
use crate::model::written::WrittenType;
use crate::model::{BuildTime, Kind, Note};
use crate::package::{Contents, PackageReader, ReadLimits, StoredNote, StoredNoteType};
use crate::render::Renderer;
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;
use crate::{Error, ErrorKind};

pub use matching::MatchedBy;
use matching::{Candidate, matching};
use text::{folded, folded_all};
pub use types::{AdoptedType, TypeFit};

/// What an adoption comes to; nothing is written before [`Adoption::write`].
#[derive(Debug)]
#[must_use = "an adoption is in the lock only when it is written"]
pub struct Adoption {
    report: Report,
    outcome: Outcome,
    lock: Option<(PathBuf, String)>,
}

/// Who was found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Notes that are one, in the order of the sources.
    pub matched: Vec<Matched>,
    /// Notes that could be several; none of them is taken.
    pub ambiguous: Vec<Ambiguous>,
    /// Notes that the sources alone have: learners get them as new ones.
    pub only_sources: Vec<SourceNote>,
    /// Notes that the deck alone has: learners keep them.
    pub only_deck: Vec<DeckNote>,
    /// Notes that say the same, but whose note types belong to other ones: they keep their own.
    pub other_types: Vec<Matched>,
    /// The note types of the matched notes.
    pub types: Vec<AdoptedType>,
    /// How many media files keep the names that they have in the deck.
    pub media: usize,
}

/// A note of the sources that is one of the deck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched {
    /// The note in the sources.
    pub source: SourceNote,
    /// The note in the deck.
    pub deck: DeckNote,
    /// How they were found.
    pub by: MatchedBy,
    /// Whether both say exactly the same, so that an import has nothing to update.
    pub same: bool,
}

/// Notes of which nobody can say which is which.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ambiguous {
    /// The notes in the sources.
    pub sources: Vec<SourceNote>,
    /// The notes in the deck.
    pub deck: Vec<DeckNote>,
}

/// A note of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceNote {
    /// Its file, from the project's root.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The beginning of its first field.
    pub text: String,
}

/// A note of the deck.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeckNote {
    /// Its guid.
    pub guid: String,
    /// The beginning of its first field.
    pub text: String,
}

impl Adoption {
    /// What is wrong with the sources; with errors nobody was looked for.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Who was found.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Writes the lock.
    ///
    /// # Errors
    /// When the sources have errors, or the file cannot be written.
    pub fn write(self) -> Result<Outcome, Error> {
        let Some((path, text)) = &self.lock else {
            let count = self.report.diagnostics.count(crate::diag::Severity::Error);
            return Err(Error::new(ErrorKind::Sources(count)));
        };
        files::write_atomically(path, |file| {
            file.write_all(text.as_bytes())
                .map_err(|source| Error::write(path, source))
        })?;
        Ok(self.outcome)
    }
}

impl Project {
    /// Finds out which of the project's notes are those of a deck that learners have (`.apkg`,
    /// `.colpkg`).
    ///
    /// # Errors
    /// When the project keeps no lock, is not opened as a whole, or the package or a source cannot
    /// be read.
    pub fn adopt(&self, package: impl AsRef<Path>, limits: ReadLimits) -> Result<Adoption, Error> {
        if !self.is_whole() {
            return Err(Error::usage(
                "`adopt` works on a whole project with a deckle.yaml; `deckle init` begins one",
            ));
        }
        let reader = PackageReader::open_within(package, limits)?;
        let mut adoption = Adoption {
            report: Report::default(),
            outcome: Outcome::default(),
            lock: None,
        };
        adoption.run(self, reader)?;
        adoption.report.diagnostics.sort();
        Ok(adoption)
    }
}

impl Adoption {
    fn run(&mut self, project: &Project, mut reader: PackageReader) -> Result<(), Error> {
        let Report {
            diagnostics: sink,
            sources,
            ..
        } = &mut self.report;
        let Some(manifest) = load::manifest(project, sources, sink)? else {
            return Ok(());
        };
        // No note gets a time here that the deck does not give it.
        let options = BuildOptions::new(BuildTime::from_unix(0));
        let types = project_types::load(project, &manifest, sources, sink)?;
        let output = output::path(project, &manifest, &options, sink);
        let read = LockFile::read(project, &manifest, &options, &output, sources, sink)?;
        let Some(lock_file) = read else {
            return Ok(());
        };
        if !lock_file.is_kept {
            return Err(Error::usage(
                "`adopt` writes into deckle.lock, and the project says `ids: natural`",
            ));
        }
        let mut lock = lock_file.lock;
        let pass = Pass {
            project,
            manifest: &manifest,
            types: &types,
            options: options.allow_schema_change(true),
        };
        // The ids of a type's fields go into what a note's content is: types come first.
        let mut first = Report {
            sources: std::mem::take(sources),
            ..Report::default()
        };
        let mut with_types = lock.clone();
        let found = pass.run(&mut reader, &mut with_types, &mut first)?;
        *sources = std::mem::take(&mut first.sources);
        if found.is_none() {
            sink.append(first.diagnostics);
            return Ok(());
        }
        lock.types = with_types.types;
        lock.media = with_types.media;
        let media = found.map_or(0, |it| it.media);
        let found = pass.run(&mut reader, &mut lock, &mut self.report)?;
        if let Some(outcome) = found {
            self.outcome = Outcome { media, ..outcome };
            self.lock = Some((project.root.join(LOCK_NAME), lock.to_text()));
        }
        Ok(())
    }
}

struct Pass<'a> {
    project: &'a Project,
    manifest: &'a Manifest,
    types: &'a TypeSet,
    options: BuildOptions,
}

impl Pass<'_> {
    /// Matches the notes and writes them into the lock; `None` where the sources have errors.
    fn run(
        &self,
        reader: &mut PackageReader,
        lock: &mut Lock,
        report: &mut Report,
    ) -> Result<Option<Outcome>, Error> {
        let Report {
            diagnostics: sink,
            sources,
            ..
        } = report;
        let (project, manifest) = (self.project, self.manifest);
        let (types, _) =
            project_types::stamped(self.types, lock, &manifest.uid, &self.options, sink);
        let renderer = Renderer::new(&*project.files);
        let loaded = load::notes(project, manifest, &types, &renderer, true, sources, sink)?;
        let mut made = loaded.notes;
        let _ = build::identify(&mut made, lock, manifest, true, sources, sink);
        if sink.has_errors() {
            return Ok(None);
        }
        let mut outcome = Outcome::default();
        let used = made.facts().flat_map(|it| &it.media).map(|it| it.hex());
        outcome.media = adopt_media(reader, &used.collect(), lock)?;
        let mut names = renderer.names(made.facts().flat_map(|it| &it.media), &lock.media_names());
        for (note, _) in made.iter_mut() {
            names.resolve(&mut note.fields);
        }
        let notes: Vec<(&Note, &Facts)> = made.iter().collect();
        outcome.find(&notes, reader.contents(), sources, lock);
        Ok(Some(outcome))
    }
}

/// Gives media of the project the names that they have in the deck, where the lock has none for
/// them yet. Returns how many.
fn adopt_media(
    reader: &mut PackageReader,
    used: &BTreeSet<String>,
    lock: &mut Lock,
) -> Result<usize, Error> {
    let known: BTreeSet<String> = lock.media.iter().map(|it| it.content.clone()).collect();
    let taken: BTreeSet<String> = lock.media.iter().map(|it| it.name.clone()).collect();
    let mut count = 0;
    if used.is_subset(&known) {
        return Ok(count);
    }
    for media in reader.contents().media.clone() {
        let is_plain = media.file_name().is_some() && !media.name.contains(char::is_control);
        if !media.present || !is_plain || taken.contains(&media.name) {
            continue;
        }
        let mut hash = blake3::Hasher::new();
        reader.copy_media(&media, &mut hash)?;
        let content = hash.finalize().to_hex().to_string();
        if used.contains(&content) && !known.contains(&content) {
            let name = media.name;
            lock.media.push(MediaRecord { content, name });
            count += 1;
        }
    }
    Ok(count)
}

impl Outcome {
    fn find(
        &mut self,
        notes: &[(&Note, &Facts)],
        contents: &Contents,
        sources: &Sources,
        lock: &mut Lock,
    ) {
        let stored_types: BTreeMap<i64, &StoredNoteType> =
            contents.note_types.iter().map(|it| (it.id, it)).collect();
        let ours: Vec<Candidate> = notes
            .iter()
            .map(|(note, facts)| ours(note, facts))
            .collect();
        let theirs = contents.notes.iter();
        let theirs: Vec<Candidate> = theirs
            .map(|it| theirs_of(it, stored_types.get(&it.note_type).copied()))
            .collect();
        let found = matching(&ours, &theirs);

        let pairs = found.pairs.iter().filter_map(|(one, other, by)| {
            let (note, facts) = notes.get(*one)?;
            let stored = contents.notes.get(*other)?;
            let stored_type = *stored_types.get(&stored.note_type)?;
            Some((*note, *facts, stored, stored_type, *by))
        });
        let pairs: Vec<_> = pairs.collect();
        let mut uses: BTreeMap<(String, i64), usize> = BTreeMap::new();
        let mut written: BTreeMap<&str, &WrittenType> = BTreeMap::new();
        for (_, facts, _, stored_type, _) in &pairs {
            let own = facts.written_type();
            written.insert(&own.identity, own);
            *uses
                .entry((own.identity.clone(), stored_type.id))
                .or_default() += 1;
        }
        let chosen = types::chosen(&uses);
        for (note, facts, stored, stored_type, by) in pairs {
            let own = facts.written_type();
            let same = same_note(note, own, stored, stored_type);
            let matched = Matched {
                source: source_note(note, facts, sources),
                deck: deck_note(stored),
                by,
                same,
            };
            if chosen.get(&own.identity) != Some(&stored_type.id) {
                self.other_types.push(matched);
                continue;
            }
            // A guid in the sources wins over any that the lock says.
            let given = facts.claim.guid.as_ref().map(|it| it.value.as_str());
            if given.is_some_and(|it| it != stored.guid) {
                self.other_types.push(matched);
                continue;
            }
            adopt_note(lock, facts, stored, same, sources);
            self.matched.push(matched);
        }
        for (identity, id) in &chosen {
            let (Some(own), Some(stored)) = (written.get(identity.as_str()), stored_types.get(id))
            else {
                continue;
            };
            let fit = types::fit(own, stored);
            if !own.shipped && !matches!(fit, TypeFit::OtherId(_)) {
                types::adopt(lock, own, stored);
            }
            let used = uses.get(&(identity.clone(), *id)).copied();
            self.types.push(AdoptedType {
                name: stored.name.clone(),
                key: own.key.clone(),
                notes: used.unwrap_or_default(),
                fit,
            });
        }
        let source = |index: &usize| {
            let (note, facts) = notes.get(*index)?;
            Some(source_note(note, facts, sources))
        };
        let deck = |index: &usize| contents.notes.get(*index).map(deck_note);
        self.only_sources = found.only_sources.iter().filter_map(source).collect();
        self.only_deck = found.only_deck.iter().filter_map(deck).collect();
        let ties = found.ties.iter().map(|tie| Ambiguous {
            sources: tie.sources.iter().filter_map(source).collect(),
            deck: tie.deck.iter().filter_map(deck).collect(),
        });
        self.ambiguous = ties.collect();
    }
}

fn ours(note: &Note, facts: &Facts) -> Candidate {
    let is_cloze = facts.written_type().note_type.kind() == Kind::Cloze;
    let first = note.fields.first().map_or("", String::as_str);
    Candidate {
        guid: note
            .guid
            .as_ref()
            .map_or_else(String::new, |it| it.as_str().to_owned()),
        first: folded(first, is_cloze),
        whole: folded_all(note.fields.iter().map(String::as_str), is_cloze),
    }
}

fn theirs_of(stored: &StoredNote, stored_type: Option<&StoredNoteType>) -> Candidate {
    let is_cloze = stored_type.is_some_and(|it| it.kind == Kind::Cloze);
    Candidate {
        guid: stored.guid.clone(),
        first: folded(stored.fields().next().unwrap_or_default(), is_cloze),
        whole: folded_all(stored.fields(), is_cloze),
    }
}

/// Whether an import would find nothing to update: fields of one name say the same, and there are
/// no others that say anything.
fn same_note(
    note: &Note,
    own: &WrittenType,
    stored: &StoredNote,
    stored_type: &StoredNoteType,
) -> bool {
    let names = stored_type.fields.iter().map(|it| it.name.as_str());
    let mut theirs: BTreeMap<&str, &str> = names.zip(stored.fields()).collect();
    let ours = own.note_type.field_names().zip(note.fields.iter());
    for (name, value) in ours {
        if theirs.remove(name).unwrap_or_default() != value.as_str() {
            return false;
        }
    }
    let tags: BTreeSet<&str> = stored.tags().collect();
    let own_tags: BTreeSet<&str> = note.tags.iter().map(|it| it.as_str()).collect();
    theirs.values().all(|it| it.is_empty()) && tags == own_tags
}

fn adopt_note(lock: &mut Lock, facts: &Facts, stored: &StoredNote, same: bool, sources: &Sources) {
    let Some(id) = &facts.id else { return };
    let record = NoteRecord {
        guid: stored.guid.clone(),
        note_id: stored.id,
        modified: stored.modified,
        // What differs goes out with the next build, newer than what learners have.
        content: if same {
            facts.content
        } else {
            Digest::default()
        },
        note_type: facts.written_type().identity.clone(),
        path: sources.path(facts.span().file).to_owned(),
        heading: facts.headings.join(" / "),
        fingerprint: facts.claim.fingerprint,
        rendered: None,
    };
    lock.removed.remove(&**id);
    lock.notes.insert(id.to_string(), record);
}

fn source_note(note: &Note, facts: &Facts, sources: &Sources) -> SourceNote {
    let position: Option<Position> = sources.position(facts.span());
    SourceNote {
        path: sources.path(facts.span().file).to_owned(),
        line: position.map_or(1, |it| it.line),
        text: beginning(note.fields.first().map_or("", String::as_str)),
    }
}

fn deck_note(stored: &StoredNote) -> DeckNote {
    DeckNote {
        guid: stored.guid.clone(),
        text: beginning(stored.fields().next().unwrap_or_default()),
    }
}

/// As much of a field's text as fits on a line.
fn beginning(html: &str) -> String {
    const LONGEST: usize = 60;
    let text = crate::template::strip::strip_html_keeping_media(html);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 2).chain("..".chars()).collect()
}

//! `adopt`: the notes of a deck that learners have, made with any tool, become those of the
//! project, so that the switch to deckle keeps all progress.
//!
//! Notes are matched by their text, and their guids, ids and times go into the lock, with the ids of
//! their note types and the names of their media. Where more than one note could be meant, none is
//! taken.

mod matching;
mod outcome;
mod text;
mod types;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::outset::{Outset, SettledTypes};
use super::render::Facts;
use super::{BuildOptions, Project, Report, assets, load, stages, variants};
use crate::files;
use crate::identity::{Lock, MediaRecord};
use crate::model::Note;
use crate::package::{PackageReader, ReadLimits};
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;
use crate::{Error, ErrorKind};

pub use matching::MatchedBy;
pub use outcome::{Ambiguous, DeckNote, Matched, Outcome, SourceNote};
pub use types::{AdoptedType, TypeFit};

/// What an adoption comes to; nothing is written before [`Adoption::write`].
#[derive(Debug)]
#[must_use = "an adoption is in the lock only when it is written"]
pub struct Adoption {
    report: Report,
    outcome: Outcome,
    lock: Option<(PathBuf, String)>,
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
        let keys = variants::keys(self)?;
        if !keys.is_empty() {
            return Err(Error::usage(format!(
                "the project has a matrix, and a deck is that of one variant; say which by `--variant`: {}",
                keys.join(", ")
            )));
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
        let options = BuildOptions::looking();
        let Some(outset) = Outset::read(project, &manifest, &options, sources, sink)? else {
            return Ok(());
        };
        if !outset.lock_file.is_kept {
            return Err(Error::usage(
                "`adopt` writes into the lock, and the project says `ids: natural`",
            ));
        }
        let mut lock = outset.lock_file.lock;
        let pass = Pass {
            project,
            manifest: &manifest,
            types: &outset.types,
            options,
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
            self.lock = Some((project.root.join(project.lock_name()), lock.to_text()));
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
        let renderer = assets::renderer(project, manifest, lock, manifest.targets);
        let (kept, options) = (Some(&*lock), &self.options);
        let settled = SettledTypes::new(self.types, manifest, kept, &renderer, options, sink);
        let loaded = load::notes(
            project,
            manifest,
            &settled.types,
            &renderer,
            kept,
            sources,
            sink,
        )?;
        let mut made = loaded.notes;
        let _ = stages::identify(&mut made, kept, manifest, true, sources, sink);
        if sink.has_errors() {
            return Ok(None);
        }
        let mut outcome = Outcome::default();
        let used = made.facts().flat_map(Facts::media).map(|it| it.hex());
        outcome.media = adopt_media(reader, &used.collect(), lock)?;
        made.name_media(&renderer, &lock.media_names());
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

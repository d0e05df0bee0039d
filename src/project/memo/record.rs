//! What a build that was written leaves behind: what it asked, what it told and what it wrote. As
//! long as all of that is as it was, the next build is this one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use super::bytes::{Kept, Reader, Writer};
use super::witness::{Answer, Question, ask};
use crate::diag::{Diagnostics, FileId, Sources};
use crate::files::{self, Files, Stamp};
use crate::project::{Built, FileNotes, Report, Statistics};

/// All that is kept of a build.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) answers: BTreeMap<Question, Answer>,
    pub(super) outputs: Vec<Output>,
    /// The newest time in the locks.
    pub(super) newest: Option<i64>,
    pub(super) report: Report,
}

/// A package as it was written.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) built: Built,
    pub(super) content: Answer,
}

impl Record {
    pub(super) fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut told = Writer::default();
        told.put(&self.report.statistics);
        told.put(&self.report.files);
        told.put(&self.report.diagnostics);
        let (told, table) = told.finish();
        let mut all = Writer::default();
        all.length(table.len());
        for file in table {
            all.text(self.report.sources.path(file));
            all.text(self.report.sources.text(file));
        }
        all.length(told.len());
        all.raw(&told);
        all.put(&self.newest);
        all.length(self.outputs.len());
        for output in &self.outputs {
            all.put(&output.content);
            write_built(&output.built, &mut all)?;
        }
        all.length(self.answers.len());
        for (question, answer) in &self.answers {
            all.put(question);
            all.put(answer);
        }
        Some(all.finish().0)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut all = Reader::new(bytes, &[]);
        let mut sources = Sources::new();
        let mut table: Vec<FileId> = Vec::new();
        for _ in 0..all.length()? {
            let (path, text) = (all.text()?, all.text()?);
            table.push(sources.add(path, text));
        }
        let length = all.length()?;
        let mut told = Reader::new(all.raw(length)?, &table);
        let report = Report {
            statistics: told.get::<Statistics>()?,
            files: told.get::<Vec<FileNotes>>()?,
            diagnostics: told.get::<Diagnostics>()?,
            sources,
            ..Report::default()
        };
        let newest = all.get()?;
        let mut outputs = Vec::new();
        for _ in 0..all.length()? {
            outputs.push(Output {
                content: all.get()?,
                built: read_built(&mut all)?,
            });
        }
        let mut answers = BTreeMap::new();
        for _ in 0..all.length()? {
            answers.insert(all.get()?, all.get()?);
        }
        let is_whole = told.is_at_end() && all.is_at_end();
        is_whole.then_some(Self {
            answers,
            outputs,
            newest,
            report,
        })
    }

    /// Whether each question is answered as it was; where `with_outputs`, whether each package is as
    /// it was, too. Returns whether some stamps that were not certain are so now: another look need
    /// not read these files.
    pub(super) fn still_holds(
        &mut self,
        files: &dyn Files,
        just_now: Option<&Stamp>,
        with_outputs: bool,
    ) -> Option<bool> {
        let mut answers: Vec<(&Question, &mut Answer)> = self.answers.iter_mut().collect();
        let learned: Option<Vec<bool>> = answers
            .par_iter_mut()
            .map(|(question, answer)| {
                is_as_it_was(
                    answer,
                    || stamp(files, question),
                    || ask(files, question, just_now),
                )
            })
            .collect();
        let mut learned = learned?.into_iter().any(|it| it);
        if with_outputs {
            for output in &mut self.outputs {
                let path = &output.built.path;
                let stamp = || files::disk_stamp(path);
                let ask = || content_at(path, just_now);
                learned |= is_as_it_was(&mut output.content, stamp, ask)?;
            }
        }
        Some(learned)
    }
}

/// `None` where the answer is another one, else whether its stamp is certain now and was not.
fn is_as_it_was(
    known: &mut Answer,
    stamp: impl Fn() -> Option<Stamp>,
    ask: impl Fn() -> Option<Answer>,
) -> Option<bool> {
    if known.stamp.is_some() && known.stamp == stamp().map(|it| it.digest()) {
        return Some(false);
    }
    let now = ask().filter(|it| it.digest == known.digest)?;
    let learned = now.stamp.is_some() && now.stamp != known.stamp;
    known.stamp = now.stamp;
    Some(learned)
}

fn stamp(files: &dyn Files, question: &Question) -> Option<Stamp> {
    match question {
        Question::Content(path) => files.stamp(path).ok().flatten(),
        _ => None,
    }
}

/// What a file that was written holds.
fn content_at(path: &std::path::Path, just_now: Option<&Stamp>) -> Option<Answer> {
    let (digest, stamp) = files::disk_hash(path).ok()?;
    let certain = just_now.and_then(|now| stamp.filter(|it| it.is_certain(now)));
    Some(Answer {
        digest,
        stamp: certain.map(|it| it.digest()),
    })
}

/// `None` where the path is no text.
fn write_built(built: &Built, to: &mut Writer) -> Option<()> {
    to.put(&built.name);
    to.text(built.path.to_str()?);
    to.put(&built.bytes);
    for count in [built.notes, built.cards, built.media] {
        to.length(count);
    }
    Some(())
}

fn read_built(from: &mut Reader<'_>) -> Option<Built> {
    Some(Built {
        name: from.get()?,
        path: PathBuf::from(from.text()?),
        // As it is written, so it is found.
        changed: false,
        bytes: from.get()?,
        notes: from.get()?,
        cards: from.get()?,
        media: from.get()?,
    })
}

impl Kept for Answer {
    fn write(&self, to: &mut Writer) {
        to.put(&self.digest);
        to.put(&self.stamp);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            digest: from.get()?,
            stamp: from.get()?,
        })
    }
}

impl Kept for Question {
    fn write(&self, to: &mut Writer) {
        let (kind, path) = match self {
            Self::List => (0_u8, ""),
            Self::Folder(path) => (1, path.as_str()),
            Self::Size(path) => (2, path.as_str()),
            Self::Text(path) => (3, path.as_str()),
            Self::Content(path) => (4, path.as_str()),
        };
        to.put(&kind);
        to.text(path);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let kind: u8 = from.get()?;
        let path: String = from.get()?;
        match kind {
            0 => Some(Self::List),
            1 => Some(Self::Folder(path)),
            2 => Some(Self::Size(path)),
            3 => Some(Self::Text(path)),
            4 => Some(Self::Content(path)),
            _ => None,
        }
    }
}

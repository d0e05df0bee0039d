//! What a build asks of the project's files, and what it is answered.
//!
//! A build is a function of these answers, of its options and of the program. So who finds the same
//! answers again need not build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::files::{Content, FileList, Files, Stamp, file_name, parent};
use crate::{Error, ErrorKind};

/// Something that is asked of files, with the path that it is asked of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// Which files there are.
    List,
    /// Which names a folder has.
    Folder(String),
    /// Whether there is a file, and how long it is.
    Size(String),
    /// What a text holds.
    Text(String),
    /// What a file of media holds.
    Content(String),
}

/// An answer, as far as it takes to know it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    /// The hash of it.
    pub(super) digest: [u8; 32],
    /// The stamp of a file whose content is still this one as long as the stamp is the same.
    pub(super) stamp: Option<[u8; 16]>,
}

/// Writes down what a build asks.
pub(in crate::project) struct Witness {
    /// What the clock of the file system said when the build began.
    began: Option<Stamp>,
    log: Mutex<Log>,
    /// Whether more than the files of the project had a say.
    depends_on_more: AtomicBool,
}

#[derive(Default)]
struct Log {
    answers: BTreeMap<Question, Answer>,
    /// The answers that a build changes by what it writes.
    list: Option<FileList>,
    folders: BTreeMap<String, Vec<String>>,
    /// Whether a file changed while it was asked for, or could not be read.
    is_unsteady: bool,
}

impl Witness {
    pub(super) fn new(began: Option<Stamp>) -> Self {
        Self {
            began,
            log: Mutex::default(),
            depends_on_more: AtomicBool::new(false),
        }
    }

    /// Says that the build depends on more than files, such as a program that it ran.
    pub(in crate::project) fn depends_on_more(&self) {
        self.depends_on_more.store(true, Ordering::Relaxed);
    }

    /// What was asked, as it would be answered now that the build wrote these paths: `None` where
    /// that is not known.
    pub(super) fn answers(
        &self,
        files: &dyn Files,
        written: &BTreeSet<String>,
    ) -> Option<BTreeMap<Question, Answer>> {
        if self.depends_on_more.load(Ordering::Relaxed) {
            return None;
        }
        let log = self.log();
        if log.is_unsteady {
            return None;
        }
        let mut answers = log.answers.clone();
        if let Some(before) = &log.list {
            let now = files.list().ok()?;
            let others = |list: &FileList| -> Vec<String> {
                let paths = list.paths.iter();
                paths.filter(|it| !written.contains(*it)).cloned().collect()
            };
            if others(before) != others(&now) || before.not_utf8 != now.not_utf8 {
                return None;
            }
            answers.insert(Question::List, of_list(&now));
        }
        for (folder, before) in &log.folders {
            let now = files.folder(folder);
            let new: BTreeSet<String> = written
                .iter()
                .filter_map(|it| name_in(folder, it))
                .collect();
            let others = |names: &[String]| -> Vec<String> {
                let names = names.iter();
                names.filter(|it| !new.contains(*it)).cloned().collect()
            };
            if others(before) != others(&now) {
                return None;
            }
            answers.insert(Question::Folder(folder.clone()), of_names(&now));
        }
        // What is known of a content says its size as well.
        let known: BTreeSet<&str> = log
            .answers
            .keys()
            .filter_map(|it| match it {
                Question::Text(path) | Question::Content(path) => Some(path.as_str()),
                _ => None,
            })
            .collect();
        answers.retain(|question, answer| match question {
            Question::Size(path) => *answer == NOTHING || !known.contains(path.as_str()),
            _ => true,
        });
        Some(answers)
    }

    fn note(&self, question: Question, answer: Answer) {
        let mut log = self.log();
        let known = *log.answers.entry(question).or_insert(answer);
        log.is_unsteady |= known.digest != answer.digest;
    }

    fn note_if_known(&self, question: Question, answer: Option<Answer>) {
        match answer {
            Some(answer) => self.note(question, answer),
            None => self.note_failure(),
        }
    }

    fn note_failure(&self) {
        self.log().is_unsteady = true;
    }

    /// A thread that panicked while it held the log did so between two whole entries.
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = self.log();
        formatter
            .debug_struct("Witness")
            .field("answers", &log.answers.len())
            .field("is_unsteady", &log.is_unsteady)
            .finish_non_exhaustive()
    }
}

/// The answer to a question that is asked anew; `None` where there is none. `just_now` says which
/// stamps are certain.
pub(super) fn ask(
    files: &dyn Files,
    question: &Question,
    just_now: Option<&Stamp>,
) -> Option<Answer> {
    match question {
        Question::List => Some(of_list(&files.list().ok()?)),
        Question::Folder(path) => Some(of_names(&files.folder(path))),
        Question::Size(path) => of_size(&files.size(path)),
        Question::Text(path) => of_text(&files.read(path)),
        Question::Content(path) => {
            let found = files.content_and_stamp(path).ok()?;
            Some(of_content(&found, just_now))
        }
    }
}

/// These files, with what is asked of them written down.
pub(super) struct Witnessed {
    pub(super) below: Arc<dyn Files + Send + Sync>,
    pub(super) witness: Arc<Witness>,
}

impl Files for Witnessed {
    fn list(&self) -> Result<FileList, Error> {
        let list = self.below.list()?;
        self.witness.note(Question::List, of_list(&list));
        self.witness.log().list = Some(list.clone());
        Ok(list)
    }

    fn folder(&self, path: &str) -> Vec<String> {
        let names = self.below.folder(path);
        let question = Question::Folder(path.to_owned());
        self.witness.note(question, of_names(&names));
        let folders = &mut self.witness.log().folders;
        folders.insert(path.to_owned(), names.clone());
        names
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        let size = self.below.size(path);
        let question = Question::Size(path.to_owned());
        self.witness.note_if_known(question, of_size(&size));
        size
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        let question = Question::Content(path.to_owned());
        let is_known = {
            let log = self.witness.log();
            log.answers.contains_key(&question)
                || log.answers.contains_key(&Question::Text(path.to_owned()))
        };
        // What is read of it nobody sees here; so it is all that the file holds.
        if !is_known && self.content(path).is_err() {
            self.witness.note_failure();
        }
        self.below.open(path)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let bytes = self.below.read(path);
        let question = Question::Text(path.to_owned());
        self.witness.note_if_known(question, of_text(&bytes));
        bytes
    }

    fn content(&self, path: &str) -> Result<Arc<Content>, Error> {
        let found = self.below.content_and_stamp(path);
        let found = found.inspect_err(|_| self.witness.note_failure())?;
        let answer = of_content(&found, self.witness.began.as_ref());
        let question = Question::Content(path.to_owned());
        self.witness.note(question, answer);
        Ok(found.0)
    }

    fn stamp(&self, path: &str) -> Result<Option<Stamp>, Error> {
        self.below.stamp(path)
    }

    fn begin(&self, now: SystemTime) {
        self.below.begin(now);
    }
}

/// There is no such file.
const NOTHING: Answer = Answer {
    digest: [0; 32],
    stamp: None,
};

/// The path leads out of the project.
const OUTSIDE: Answer = Answer {
    digest: [1; 32],
    stamp: None,
};

fn answer(hasher: &blake3::Hasher) -> Answer {
    Answer {
        digest: hasher.finalize().into(),
        stamp: None,
    }
}

fn of_list(list: &FileList) -> Answer {
    let mut hasher = blake3::Hasher::new();
    for names in [&list.paths, &list.not_utf8] {
        add_names(&mut hasher, names);
    }
    answer(&hasher)
}

fn of_names(names: &[String]) -> Answer {
    let mut hasher = blake3::Hasher::new();
    add_names(&mut hasher, names);
    answer(&hasher)
}

fn add_names(hasher: &mut blake3::Hasher, names: &[String]) {
    hasher.update(&(names.len() as u64).to_le_bytes());
    for name in names {
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
    }
}

fn of_size(size: &Result<Option<u64>, Error>) -> Option<Answer> {
    match size {
        Ok(None) => Some(NOTHING),
        Ok(Some(size)) => Some(answer(blake3::Hasher::new().update(&size.to_le_bytes()))),
        Err(error) => is_outside(error).then_some(OUTSIDE),
    }
}

fn of_text(bytes: &Result<Vec<u8>, Error>) -> Option<Answer> {
    match bytes {
        Ok(bytes) => Some(of_bytes(bytes)),
        Err(error) => is_outside(error).then_some(OUTSIDE),
    }
}

/// The answer that a text of these bytes is.
pub(super) fn of_bytes(bytes: &[u8]) -> Answer {
    answer(blake3::Hasher::new().update(bytes))
}

fn of_content(
    (content, stamp): &(Arc<Content>, Option<Stamp>),
    just_now: Option<&Stamp>,
) -> Answer {
    let certain = just_now.and_then(|now| stamp.filter(|it| it.is_certain(now)));
    Answer {
        digest: content.hash,
        stamp: certain.map(|it| it.digest()),
    }
}

fn is_outside(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Outside(_))
}

/// The name in a folder that leads to a path: of the file, or of the folder that it lies in.
fn name_in(folder: &str, path: &str) -> Option<String> {
    if parent(path) == folder {
        return Some(file_name(path).to_owned());
    }
    let inside = match folder {
        "" => path,
        _ => path.strip_prefix(folder)?.strip_prefix('/')?,
    };
    let (name, _) = inside.split_once('/')?;
    Some(format!("{name}/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn witnessed(files: Memory) -> Witnessed {
        Witnessed {
            below: Arc::new(files),
            witness: Arc::new(Witness::new(None)),
        }
    }

    fn files() -> Memory {
        Memory::new()
            .with("a.md", "a")
            .with("b/c.png", "c")
            .with("b/d.png", "d")
    }

    #[test]
    fn what_is_asked_is_answered_alike_until_it_changes() {
        let asked = witnessed(files());
        let _ = asked.list().unwrap();
        let _ = asked.folder("b");
        let _ = asked.size("none.md").unwrap();
        let _ = asked.size("b/c.png").unwrap();
        let _ = asked.read("a.md").unwrap();
        let _ = asked.open("b/c.png").unwrap();
        let answers = asked.witness.answers(&files(), &BTreeSet::new()).unwrap();
        // The size of what was read is none of its own.
        assert_eq!(answers.len(), 5);
        let same = |now: &Memory| -> Vec<bool> {
            let ask = |(question, answer): (&Question, &Answer)| {
                ask(now, question, None) == Some(*answer)
            };
            answers.iter().map(ask).collect()
        };
        assert_eq!(same(&files()), [true; 5]);
        let check = |now: Memory, expect: [bool; 5]| assert_eq!(same(&now), expect);
        check(files().with("a.md", "A"), [true, true, true, false, true]);
        check(
            files().with("b/c.png", "C"),
            [true, true, true, true, false],
        );
        check(files().with("b/d.png", "D"), [true; 5]);
        check(
            files().with("b/e.png", ""),
            [false, false, true, true, true],
        );
        check(
            files().with("none.md", ""),
            [false, true, false, true, true],
        );
    }

    #[test]
    fn what_a_build_writes_is_expected_where_it_lists() {
        let asked = witnessed(files());
        let _ = asked.list().unwrap();
        let _ = asked.folder("");
        let written: BTreeSet<String> = ["deckle.lock", "out/a.apkg"].map(str::to_owned).into();
        let after = |more: &[&str]| {
            let files = more.iter().fold(files(), |files, it| files.with(*it, "x"));
            asked.witness.answers(&files, &written)
        };
        assert!(after(&[]).is_some());
        assert!(after(&["deckle.lock", "out/a.apkg"]).is_some());
        assert!(after(&["deckle.lock", "new.md"]).is_none());
        assert!(after(&["b/new.md"]).is_none());
    }

    #[test]
    fn what_changes_while_it_is_asked_for_is_not_known() {
        let asked = witnessed(files());
        assert!(asked.content("nothing.png").is_err());
        assert_eq!(asked.witness.answers(&files(), &BTreeSet::new()), None);
        let asked = witnessed(files());
        asked.witness.depends_on_more();
        assert_eq!(asked.witness.answers(&files(), &BTreeSet::new()), None);
    }
}

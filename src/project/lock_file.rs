//! The project's `deckle.lock`: read before a build, made anew behind it, and guarded where a
//! caller wants it left alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::render::Made;
use super::{BuildOptions, LockMode, Project, Scope, load, variants};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Sources, Span, Spanned};
use crate::identity::{
    self, ChangeKind, Entry, Heirs, Lock, LockChange, Next, Renewal, rendered_hash, stamp,
};
use crate::model::written::IdMode;
use crate::package::Baseline;
use crate::source::layout::Selection;
use crate::source::manifest::Manifest;
use crate::source::types::TypeSet;
use crate::{Error, files};

/// The lock as it is on disk.
#[derive(Default)]
pub(super) struct LockFile {
    pub(super) lock: Lock,
    /// Whether the project keeps one.
    pub(super) is_kept: bool,
    /// Its text among the sources; `None` where there is no such file.
    read: Option<FileId>,
}

/// A lock that a build writes.
#[derive(Debug)]
pub(super) struct NextLock {
    pub(super) path: PathBuf,
    lock: Lock,
    /// As [`WrittenLock::stays`], were the file another one now.
    stays: bool,
}

/// A lock that a build wrote.
#[derive(Debug)]
pub(super) struct WrittenLock {
    pub(super) path: PathBuf,
    /// The BLAKE3 hash of its text, if it was asked for.
    pub(super) hash: [u8; 32],
    /// Whether the file is another one now, or new.
    pub(super) is_changed: bool,
    /// Whether the next build, if nothing else changes, has nothing more to tell than this one.
    pub(super) stays: bool,
    /// The newest time in it.
    pub(super) newest: Option<i64>,
}

impl NextLock {
    pub(super) fn write(self, hashed: bool) -> Result<WrittenLock, Error> {
        let failed = |source| Error::write(&self.path, source);
        let (hash, is_changed) = files::write_atomically(&self.path, |file| {
            let put = |part: &str| file.write_all(part.as_bytes());
            self.lock.text_parts(put).map_err(failed)?;
            match hashed {
                true => files::hash_of(file).map_err(failed),
                false => Ok([0; 32]),
            }
        })?;
        Ok(WrittenLock {
            hash,
            is_changed,
            stays: self.stays || !is_changed,
            newest: self.lock.newest(),
            path: self.path,
        })
    }
}

impl LockFile {
    /// A lock that a build of the whole project goes on from.
    pub(super) fn of(mut lock: Lock) -> Self {
        lock.sort();
        Self {
            lock,
            is_kept: true,
            read: None,
        }
    }

    /// The lock of the project; `None` where it cannot be read, which is told.
    pub(super) fn read(
        project: &Project,
        manifest: &Manifest,
        options: &BuildOptions,
        output: &Path,
        sources: &mut Sources,
        sink: &mut Diagnostics,
    ) -> Result<Option<Self>, Error> {
        let is_kept = project.has_manifest() && manifest.ids != IdMode::Natural;
        if !is_kept {
            check_without(project, options)?;
            return Ok(Some(Self::default()));
        }
        if options.baseline.is_some() {
            return Err(Error::usage(format!(
                "`--baseline` serves where no lock is kept; this project has ids and times in {}",
                project.lock_name()
            )));
        }
        let mut file = Self {
            is_kept,
            ..Self::default()
        };
        let name = project.lock_name();
        file.lock.name.clone_from(&name);
        if project.files.size(&name)?.is_none() {
            variants::tell_lost_locks(project, manifest, sink)?;
            tell_missing(project, output, sink);
            return Ok(Some(file));
        }
        let Some(id) = load::read_text(project, &name, sources, sink)? else {
            return Ok(None);
        };
        let text = sources.text(id);
        let Some(lock) = Lock::parse(id, &name, text, sink) else {
            return Ok(None);
        };
        file.lock = lock;
        file.read = Some(id);
        Ok(Some(file))
    }

    /// The lock; `None` where none is kept.
    pub(super) fn kept(&self) -> Option<&Lock> {
        self.is_kept.then_some(&self.lock)
    }

    /// An empty lock in the place of one that cannot be read: notes are checked with it, and no lock
    /// is written, for there is an error.
    pub(super) fn unread(project: &Project) -> Self {
        let mut file = Self {
            is_kept: true,
            ..Self::default()
        };
        file.lock.name = project.lock_name();
        file
    }

    /// The lock behind this build: what is in it, with ids and times, and what is gone.
    pub(super) fn next(
        &self,
        made: &Made,
        heirs: &Heirs,
        types: &TypeSet,
        touched: &Touched,
        sources: &Sources,
        options: &BuildOptions,
    ) -> Next {
        if !self.is_kept {
            return Next::default();
        }
        let stamps = made.of_each(|note, facts| {
            let rendered = rendered_hash(note.note_type(), &note.fields.to_vec());
            let id = facts.id.as_deref().unwrap_or("");
            let renewal = Renewal {
                touched: touched.holds(id, sources.path(facts.span().file)),
                rendered_anew: options.restamp,
            };
            let known = facts.known(&self.lock);
            stamp(known, facts.content, rendered, renewal, options.time)
        });
        let entries = made.iter().zip(&stamps);
        let entries = entries.filter_map(|((note, facts), stamp)| {
            let id = facts.id.as_ref()?;
            Some(Entry {
                id,
                record: facts.record,
                is_heir: heirs.contains_key(id),
                guid: note.guid.as_ref(),
                fingerprint: facts.claim.fingerprint,
                sketch: facts.claim.sketch,
                clozes: facts.clozes(),
                masks: facts.masks(),
                content: facts.content,
                stamp: *stamp,
                note_type: &facts.written_type().identity,
                path: sources.path(facts.span().file),
                headings: &facts.headings,
            })
        });
        let own = types.iter().filter(|it| !it.shipped);
        identity::next_lock(&self.lock, entries, own.map(|it| &**it), options.time)
    }

    /// What is another in the lock of the whole project.
    pub(super) fn changes(&self, next: &Lock, project: &Project) -> Vec<LockChange> {
        let mut changes = identity::changes(&self.lock, next, true);
        for change in &mut changes {
            change.lock = project.lock_name();
        }
        changes
    }

    /// What the caller does not want changed in the lock.
    pub(super) fn refused(
        &self,
        next: &Lock,
        project: &Project,
        sources: &Sources,
        options: &BuildOptions,
    ) -> Vec<LockChange> {
        if options.lock_mode == LockMode::Update || !self.is_kept {
            return Vec::new();
        }
        let whole = project.is_whole();
        let mut changes = identity::changes(&self.lock, next, whole);
        if options.lock_mode == LockMode::Locked {
            changes.retain(|it| it.kind.is_identity());
        } else if changes.is_empty() && whole && self.text(sources) != Some(&*next.to_text()) {
            let details = match self.text(sources) {
                // Git for Windows makes such ends of all texts unless it is told otherwise.
                Some(text) if text.contains("\r\n") => {
                    let name = project.lock_name();
                    format!(
                        "lines end in CRLF; `{name} eol=lf` in .gitattributes keeps git from it"
                    )
                }
                _ => "lines stand in another order or format".to_owned(),
            };
            changes.push(LockChange::new(ChangeKind::Form, details));
        }
        for change in &mut changes {
            change.lock = project.lock_name();
        }
        changes
    }

    /// The lock to write, if the build is one that writes it. Only of one that is `remembered` it
    /// matters what the next one has to tell.
    pub(super) fn to_write(
        &self,
        next: Lock,
        project: &Project,
        remembered: bool,
    ) -> Option<NextLock> {
        if !self.is_kept || !project.is_whole() {
            return None;
        }
        Some(NextLock {
            path: project.root.join(project.lock_name()),
            stays: remembered && (self.read.is_none() || self.goes_on_to(&next)),
            lock: next,
        })
    }

    /// Whether nothing but contents and places makes the difference.
    fn goes_on_to(&self, next: &Lock) -> bool {
        let changes = identity::changes(&self.lock, next, true);
        changes.iter().all(|it| {
            matches!(
                it.kind,
                ChangeKind::ChangedNote
                    | ChangeKind::MovedNote
                    | ChangeKind::NewNote
                    | ChangeKind::NewMedia
                    | ChangeKind::GoneMedia
            )
        })
    }

    /// Its text, as it was read.
    pub(super) fn text<'s>(&self, sources: &'s Sources) -> Option<&'s str> {
        Some(sources.text(self.read?))
    }
}

/// Wishes that only a lock can fulfil.
fn check_without(project: &Project, options: &BuildOptions) -> Result<(), Error> {
    let wish = match options.lock_mode {
        LockMode::Locked => "--locked",
        LockMode::Frozen => "--frozen",
        LockMode::Update if options.restamp => "--restamp",
        LockMode::Update if !options.touch.is_empty() => "--touch",
        LockMode::Update => return Ok(()),
    };
    let why = match project.scope {
        Scope::Manifest { .. } => "the project says `ids: natural`",
        _ => "the sources have no deckle.yaml",
    };
    Err(Error::usage(format!("`{wish}` needs a lock, and {why}")))
}

/// Tells that the lock is gone of a project that was built before.
fn tell_missing(project: &Project, output: &Path, sink: &mut Diagnostics) {
    let is_built = project.is_whole()
        && files::is_file(output)
        && matches!(Baseline::read(output), Ok(Some(_)));
    if !is_built {
        return;
    }
    let name = output.file_name().unwrap_or(output.as_os_str());
    let title = format!(
        "there is no {}, though `{}` was built before",
        project.lock_name(),
        name.display()
    );
    sink.push(
        Diagnostic::new(Code::LockMissing, title)
            .note("a new lock gives every note a new time: the next import overwrites what learners edited, and notes whose first field was edited once come a second time")
            .help("restore the file from version control; to begin anew, remove the package"),
    );
}

/// Which notes the caller wants to be sent out again.
pub(super) struct Touched {
    wishes: Vec<Wish>,
}

struct Wish {
    typed: String,
    files: Selection,
}

impl Touched {
    pub(super) fn new(options: &BuildOptions, sink: &mut Diagnostics) -> Self {
        let wish = |typed: &String| Wish {
            typed: typed.trim_end_matches('/').to_owned(),
            files: Selection::of(&[Spanned::new(typed.clone(), Span::NONE)], sink),
        };
        Self {
            wishes: options.touch.iter().map(wish).collect(),
        }
    }

    fn holds(&self, id: &str, path: &str) -> bool {
        self.wishes.iter().any(|wish| wish.holds(id, path))
    }

    /// # Errors
    /// Where one of the wishes is for no note: it was typed wrong.
    pub(super) fn check(&self, made: &Made, sources: &Sources) -> Result<(), Error> {
        for wish in &self.wishes {
            let found = made.facts().any(|note| {
                let id = note.id.as_deref().unwrap_or("");
                wish.holds(id, sources.path(note.span().file))
            });
            if !found {
                return Err(Error::usage(format!(
                    "`--touch {}` names no note: it takes an id, a file, a folder or a pattern such as `verbs/*.md`",
                    wish.typed
                )));
            }
        }
        Ok(())
    }
}

impl Wish {
    fn holds(&self, id: &str, path: &str) -> bool {
        let inside = || path.strip_prefix(&self.typed);
        id == self.typed
            || path == self.typed
            || inside().is_some_and(|rest| rest.starts_with('/'))
            || self.files.holds(path)
    }
}

/// The finding of notes that this deckle renders differently than the one that sent them out.
pub(super) fn rendered_anew(count: usize) -> Option<Diagnostic> {
    let (notes, come) = match count {
        0 => return None,
        1 => ("1 note".to_owned(), "comes"),
        _ => (format!("{count} notes"), "come"),
    };
    let title = format!("{notes} that did not change {come} out differently than before");
    Some(
        Diagnostic::new(Code::RenderedAnew, title)
            .info()
            .note("learners who have them keep the older form; what they edited stays theirs")
            .help("`--restamp` sends the new form to everybody"),
    )
}

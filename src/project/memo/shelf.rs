//! Notes of whole files as an earlier build rendered them.
//!
//! What comes of a file is a function of its text, of what stands around it and of where the
//! references in it lead. The first two are the key of an entry. The references are followed anew each
//! time, and lead where they led, or the file is rendered. What all notes together decide (who is
//! which, names of media, doubles) is behind this, and is worked out of kept notes as of new ones.
//!
//! An entry has its place by the path of its file, and is written over when the file changes: so the
//! cache grows with the project, not with its history.

use std::collections::BTreeMap;

use super::PROGRAM;
use super::bytes::{Reader, Writer};
use super::notes::Desk;
use crate::diag::{Diagnostics, FileId, Sources};
use crate::files::Cache;
use crate::project::Project;
use crate::project::load::Input;
use crate::project::render::{Batch, Maker};
use crate::render::Asked;
use crate::source::include;
use crate::source::types::TypeSet;

/// What the entries are called in the cache.
const KIND: &str = "notes";

/// The longest text of a file whose notes are kept, in bytes. In a longer one there are thousands of
/// notes, and each edit would write all of them anew.
const LONGEST: usize = 1 << 20;

/// Signs of what takes longer to render than a file of the cache takes to be made, which is about as
/// long as twenty plain notes (measured with 50,000 notes in 8,000 files): code in colors, formulas on
/// lines of their own and those that may be drawn, pictures.
const LONG: [&str; 5] = ["```", "~~~", "$$", "engine:", "!["];

/// What came of a file.
pub(in crate::project) type Read = (Vec<Batch>, Diagnostics);

/// The notes that earlier builds kept.
pub(in crate::project) struct Shelf<'a> {
    cache: &'a Cache,
    types: &'a TypeSet,
    maker: &'a Maker<'a>,
    sources: &'a Sources,
    /// What the project is built as: entries of variants stand beside one another.
    place: String,
    /// The hash of all that stands around the files.
    around: [u8; 32],
    /// The files by their paths, each of which is one.
    files: BTreeMap<&'a str, FileId>,
}

impl<'a> Shelf<'a> {
    /// Those of this project; `None` where nothing is kept. Of the sources, `inputs` are not around
    /// the files but the files themselves, and `included` stand in files that are not kept.
    pub(in crate::project) fn open(
        project: &Project,
        types: &'a TypeSet,
        maker: &'a Maker<'a>,
        inputs: &[Input],
        included: &[FileId],
    ) -> Option<Self> {
        let (cache, sources) = (maker.renderer.cache(), maker.sources);
        // Who sees notes as they were written needs them so.
        if cache.is_none() || maker.watch.is_some() {
            return None;
        }
        let mut others: Vec<FileId> = inputs.iter().map(|it| it.file).collect();
        others.extend(included);
        others.sort_unstable();
        let lock = project.lock_name();
        let mut hasher = blake3::Hasher::new();
        let mut put = |part: &str| {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        };
        put(PROGRAM);
        put(&format!("{:?}", project.variant));
        put(&format!("{:?}", maker.renderer.targets()));
        put(&format!("{:?}", maker.known.is_some()));
        put(&format!("{types:?}"));
        let mut files = BTreeMap::new();
        let mut twice = Vec::new();
        for file in sources.ids() {
            let path = sources.path(file);
            if files.insert(path, file).is_some() {
                twice.push(path);
            }
            // What the lock has to say of notes is asked of it note by note.
            if others.binary_search(&file).is_err() && path != lock {
                put(path);
                put(sources.text(file));
            }
        }
        for path in twice {
            files.remove(path);
        }
        Some(Self {
            cache,
            types,
            maker,
            sources,
            place: format!("{:?} {:?}", project.variant, maker.renderer.targets()),
            around: hasher.finalize().into(),
            files,
        })
    }

    /// Whether the notes of a file are kept.
    pub(in crate::project) fn keeps(&self, input: &Input) -> bool {
        let (path, text) = (self.sources.path(input.file), self.sources.text(input.file));
        input.joined.is_empty()
            && text.len() <= LONGEST
            && takes_long(text)
            && self.files.contains_key(path)
            && include::wanted(input.dialect, path, text).is_empty()
    }

    /// What comes of a file that is kept: what was kept of it, else what `render` makes of it.
    pub(in crate::project) fn recall(&self, input: &Input, render: impl FnOnce() -> Read) -> Read {
        let (path, text) = (self.sources.path(input.file), self.sources.text(input.file));
        let place = *blake3::hash(format!("{} {path}", self.place).as_bytes()).as_bytes();
        let key = self.key(path, text);
        if let Some(kept) = self.kept(&place, &key, path) {
            return kept;
        }
        let read = render();
        if let Some(bytes) = self.bytes(&key, &read) {
            self.cache.replace(KIND, &place, &bytes);
        }
        read
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            types: self.types,
            known: self.maker.known.as_ref(),
        }
    }

    fn key(&self, path: &str, text: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.around);
        for part in [path, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().into()
    }

    fn kept(&self, place: &[u8; 32], key: &[u8; 32], path: &str) -> Option<Read> {
        let bytes = self.cache.get(KIND, place)?;
        let mut all = Reader::new(bytes.strip_prefix(key)?, &[]);
        let mut table = Vec::new();
        for _ in 0..all.length()? {
            table.push(*self.files.get(all.text()?)?);
        }
        let length = all.length()?;
        let mut questions = Reader::new(all.raw(length)?, &table);
        for _ in 0..questions.length()? {
            let asked: Asked = questions.get()?;
            if !self.maker.renderer.asks_again(&asked, path) {
                return None;
            }
        }
        let length = all.length()?;
        let mut notes = Reader::new(all.raw(length)?, &table);
        let desk = self.desk();
        let found = notes.get()?;
        let mut batches = Vec::new();
        for _ in 0..notes.length()? {
            batches.push(desk.batch(&mut notes)?);
        }
        if !notes.is_at_end() || !all.is_at_end() {
            return None;
        }
        for batch in &batches {
            self.maker.counts(batch.notes.len());
        }
        Some((batches, found))
    }

    /// `None` where something in it cannot be kept.
    fn bytes(&self, key: &[u8; 32], (batches, found): &Read) -> Option<Vec<u8>> {
        let mut asked = Vec::new();
        for batch in batches {
            asked.extend(batch.asked.as_ref()?);
        }
        let (desk, mut notes) = (self.desk(), Writer::default());
        notes.put(found);
        notes.length(batches.len());
        for batch in batches {
            desk.put_batch(batch, &mut notes)?;
        }
        let mut questions = notes.beside();
        questions.length(asked.len());
        asked.into_iter().for_each(|it| questions.put(it));
        let (questions, table) = questions.finish();
        let notes = notes.finish().0;
        let mut all = Writer::default();
        all.raw(key);
        all.length(table.len());
        for file in table {
            let path = self.sources.path(file);
            self.files.get(path).filter(|it| **it == file)?;
            all.text(path);
        }
        all.length(questions.len());
        all.raw(&questions);
        all.length(notes.len());
        all.raw(&notes);
        Some(all.finish().0)
    }
}

fn takes_long(text: &str) -> bool {
    LONG.iter().any(|it| text.contains(it))
}

//! Files of which is remembered what was read, for programs that build again and again.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::stamp::Stamp;
use super::{Content, FileList, Files};
use crate::error::Error;

/// About what an entry takes beside its path and its content.
const ENTRY: usize = 128;

/// Files whose contents are remembered as long as their [`Stamp`]s stay.
///
/// - What is [read](Files::read) whole is held. Of media, what they [hold](Files::content) is; what is [opened](Files::open) to be read piece by piece is not.
/// - A content is remembered only if its file was left alone for two seconds when it was read (see
///   [`Stamp::is_settled`]): what is written a moment after may get the same time of modification.
///   Nobody asks a clock for that; [`Files::begin`] says the time, and until it does nothing is
///   remembered. A time in the past is as good as the right one, but for fewer files; with one in
///   the future, or a file system whose clock is seconds behind, changes may be missed.
/// - All contents together take [`Remembering::MOST_BYTES`] at most. Where there is no room, what
///   neither this build nor the one before asked for is let go of; what still finds none is read
///   each time.
///
/// Files and folders are listed anew each time.
pub struct Remembering {
    below: Arc<dyn Files + Send + Sync>,
    memory: Mutex<Memory>,
}

impl Remembering {
    /// How much memory the contents may take: 256 MiB.
    pub const MOST_BYTES: usize = 256 << 20;

    /// These files, of which nothing is remembered yet.
    #[must_use]
    pub fn new(below: Arc<dyn Files + Send + Sync>) -> Self {
        Self {
            below,
            memory: Mutex::new(Memory::new(Self::MOST_BYTES)),
        }
    }

    /// With room for this many bytes in the place of [`Remembering::MOST_BYTES`].
    #[must_use]
    pub fn at_most(self, bytes: usize) -> Self {
        Self {
            memory: Mutex::new(Memory::new(bytes)),
            ..self
        }
    }

    /// What is remembered of a file; else what `read` makes of it, which is held if it may be.
    fn recall<T: Clone>(
        &self,
        path: &str,
        held_in: fn(&mut Memory) -> &mut Held<T>,
        size: fn(&T) -> usize,
        read: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        // A path that is refused has no stamp, and is refused again.
        let Some(stamp) = self.below.stamp(path).ok().flatten() else {
            return read();
        };
        let now = {
            let mut memory = self.memory();
            let turn = memory.turn;
            if let Some(known) = held_in(&mut memory).get_mut(path)
                && known.stamp == stamp
            {
                known.turn = turn;
                return Ok(known.value.clone());
            }
            memory.now
        };
        let value = read()?;
        // What is written from `now` on has another stamp, be it while the file was read. That the
        // stamp is still the same says that no other file stood in its place for a moment.
        let settled = now.is_some_and(|now| stamp.is_settled(now));
        let keeps = settled && self.below.stamp(path).ok().flatten() == Some(stamp);
        let mut memory = self.memory();
        let bytes = path.len() + size(&value) + ENTRY;
        let before = held_in(&mut memory).remove(path);
        memory.bytes -= before.map_or(0, |it| it.bytes);
        if keeps && memory.makes_room(bytes) {
            let known = Known {
                stamp,
                turn: memory.turn,
                bytes,
                value: value.clone(),
            };
            memory.bytes += bytes;
            held_in(&mut memory).insert(path.to_owned(), known);
        }
        Ok(value)
    }

    /// A thread that panicked while it held the lock did so between two whole entries.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Remembering {
    fn list(&self) -> Result<FileList, Error> {
        self.below.list()
    }

    fn folder(&self, path: &str) -> Vec<String> {
        self.below.folder(path)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        self.below.size(path)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, Error> {
        let held = self
            .memory()
            .texts
            .get(path)
            .map(|it| (it.stamp, it.value.clone()));
        match held {
            Some((stamp, text)) if self.below.stamp(path).ok().flatten() == Some(stamp) => {
                Ok(Box::new(Cursor::new(text)))
            }
            _ => self.below.open(path),
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let read = || Ok(Arc::from(self.below.read(path)?));
        let text = self.recall(path, |it| &mut it.texts, |text| text.len(), read)?;
        Ok(text.to_vec())
    }

    fn content(&self, path: &str) -> Result<Arc<Content>, Error> {
        let read = || self.below.content(path);
        let size = |content: &Arc<Content>| size_of::<Content>() + content.weight();
        self.recall(path, |it| &mut it.contents, size, read)
    }

    fn content_and_stamp(&self, path: &str) -> Result<(Arc<Content>, Option<Stamp>), Error> {
        let before = self.below.stamp(path).ok().flatten();
        let content = self.content(path)?;
        let after = self.below.stamp(path).ok().flatten();
        Ok((content, before.filter(|_| before == after)))
    }

    fn stamp(&self, path: &str) -> Result<Option<Stamp>, Error> {
        self.below.stamp(path)
    }

    fn begin(&self, now: SystemTime) {
        self.below.begin(now);
        let mut memory = self.memory();
        memory.now = Some(now);
        memory.turn += 1;
    }
}

impl fmt::Debug for Remembering {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory();
        formatter
            .debug_struct("Remembering")
            .field("files", &memory.texts.len())
            .field("contents", &memory.contents.len())
            .field("bytes", &memory.bytes)
            .finish_non_exhaustive()
    }
}

/// What is remembered.
struct Memory {
    /// When the build began.
    now: Option<SystemTime>,
    /// How many began.
    turn: u64,
    /// What all entries take.
    bytes: usize,
    /// What they may take.
    most: usize,
    texts: Held<Arc<[u8]>>,
    contents: Held<Arc<Content>>,
}

/// Entries by their paths.
type Held<T> = BTreeMap<String, Known<T>>;

struct Known<T> {
    stamp: Stamp,
    /// The build that asked for it last.
    turn: u64,
    bytes: usize,
    value: T,
}

impl Memory {
    fn new(most: usize) -> Self {
        Self {
            now: None,
            turn: 0,
            bytes: 0,
            most,
            texts: BTreeMap::new(),
            contents: BTreeMap::new(),
        }
    }

    /// Lets go of what is no longer asked for, if there is no room for this many bytes more. What
    /// the build before asked for is most likely asked for again.
    fn makes_room(&mut self, bytes: usize) -> bool {
        if self.has_room(bytes) {
            return true;
        }
        let oldest = self.turn.saturating_sub(1);
        let mut left = 0;
        self.texts.retain(|_, it| keeps(it, oldest, &mut left));
        self.contents.retain(|_, it| keeps(it, oldest, &mut left));
        self.bytes = left;
        self.has_room(bytes)
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.bytes.saturating_add(bytes) <= self.most
    }
}

fn keeps<T>(known: &Known<T>, oldest: u64, left: &mut usize) -> bool {
    let keeps = known.turn >= oldest;
    *left += if keeps { known.bytes } else { 0 };
    keeps
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::super::counted::Counted;
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn remembering(files: &Arc<Counted>) -> Remembering {
        Remembering::new(files.clone())
    }

    #[test]
    fn a_file_is_read_again_when_its_stamp_is_another() {
        let files = Arc::new(Counted::default());
        files.write("a.md", "one", at(100));
        files.write("b.md", "two", at(100));
        let memory = remembering(&files);
        let check = |now: u64, expect: &[&str]| {
            memory.begin(at(now));
            for path in ["a.md", "b.md"] {
                assert_eq!(memory.read(path).unwrap(), files.bytes(path));
                let mut opened = Vec::new();
                memory.open(path).unwrap().read_to_end(&mut opened).unwrap();
                assert_eq!(opened, files.bytes(path));
                assert_eq!(memory.hash(path).unwrap(), files.hash_now(path));
            }
            assert_eq!(files.take_opened(), expect, "at {now}");
        };
        let (a, b) = (["a.md"; 3], ["b.md"; 3]);
        // Too young: the next change may have the same stamp.
        check(101, &[a, b].concat());
        // Once to be read and once to be hashed.
        check(102, &["a.md", "a.md", "b.md", "b.md"]);
        check(103, &[]);
        files.write("a.md", "one and a half", at(103));
        check(104, &a);
        check(105, &["a.md", "a.md"]);
        check(106, &[]);
        files.write("b.md", "2", at(107));
        // A build in the past trusts what it knew, and nothing new.
        check(50, &b);
        check(50, &b);
        check(200, &["b.md", "b.md"]);
        files.remove("a.md");
        assert!(memory.read("a.md").is_err());
        assert!(memory.hash("a.md").is_err());
        assert!(memory.open("a.md").is_err());
    }

    #[test]
    fn nothing_is_held_until_the_time_is_said() {
        let files = Arc::new(Counted::default());
        files.write("a.md", "one", at(100));
        let memory = remembering(&files);
        for _ in 0..2 {
            memory.read("a.md").unwrap();
            assert_eq!(files.take_opened(), ["a.md"]);
        }
    }

    #[test]
    fn memory_has_a_bound() {
        let files = Arc::new(Counted::default());
        for path in ["a", "b", "c"] {
            files.write(path, &"x".repeat(1000), at(100));
        }
        let memory = remembering(&files).at_most(2 * (1000 + 1 + ENTRY));
        let check = |paths: &[&str], expect: &[&str]| {
            memory.begin(at(200));
            for path in paths {
                memory.read(path).unwrap();
            }
            assert_eq!(files.take_opened(), expect);
        };
        check(&["a", "b", "c"], &["a", "b", "c"]);
        check(&["a", "b", "c"], &["c"]);
        check(&["b", "c"], &["c"]);
        // Two builds have not asked for `a`.
        check(&["b", "c"], &["c"]);
        check(&["b", "c"], &[]);
        check(&["a", "b"], &["a"]);
    }

    /// What happens next: seconds go by, a file is written, a build reads all.
    fn events() -> impl Strategy<Value = Vec<(u64, usize, String)>> {
        prop::collection::vec((0_u64..4, 0_usize..5, "[ab]{1,2}"), 1..40)
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_is_there(events in events()) {
            let files = Arc::new(Counted::default());
            let paths = ["a", "b", "c"];
            for path in paths {
                files.write(path, "", at(0));
            }
            let memory = remembering(&files).at_most(3 * ENTRY);
            let mut now = 0;
            for (seconds, what, text) in events {
                now += seconds;
                match paths.get(what) {
                    // As coarse as clocks are.
                    Some(path) => files.write(path, &text, at(now / 2 * 2)),
                    None => memory.begin(at(now)),
                }
                for path in paths {
                    prop_assert_eq!(memory.read(path).unwrap(), files.bytes(path));
                    prop_assert_eq!(memory.hash(path).unwrap(), files.hash_now(path));
                }
            }
        }
    }
}

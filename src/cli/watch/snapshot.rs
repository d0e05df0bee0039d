//! What a project's files are known by, to see whether any of them changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use deckle::Error;
use deckle::files::{Disk, Files, Stamp, locate};
use deckle::project::Built;

use crate::cli::clock;

/// The ending of `deckle.lock` and its like. Builds write them, and people do, when they merge or
/// restore them.
const LOCK: &str = ".lock";
const MANIFEST: &str = "deckle.yaml";

/// The files of a folder as they were when they were last looked at.
pub(super) struct Snapshot {
    disk: Disk,
    files: BTreeMap<String, Known>,
    /// What builds write.
    own: BTreeSet<String>,
    /// The last look failed.
    is_stale: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    stamp: Option<Stamp>,
    /// Of a file that was written just before: what is written a moment after may get the same
    /// stamp.
    hash: Option<[u8; 32]>,
}

impl Snapshot {
    /// The files of this folder that version control would see; none of them is known yet.
    pub(super) fn new(root: &Path) -> Result<Self, Error> {
        Ok(Self {
            disk: Disk::new(root)?,
            files: BTreeMap::new(),
            own: BTreeSet::new(),
            is_stale: false,
        })
    }

    /// Looks at the files. Returns whether they are others than the last time. Of a folder that
    /// cannot be read that is said when it can be again.
    pub(super) fn look(&mut self) -> bool {
        let now = clock();
        let Ok(list) = self.disk.list() else {
            self.is_stale = true;
            return false;
        };
        let mut differs = std::mem::take(&mut self.is_stale);
        let mut files = BTreeMap::new();
        for path in list.paths.into_iter().chain(list.not_utf8) {
            if self.own.contains(&path) {
                continue;
            }
            let known = self.files.get(&path);
            let stamp = self.disk.stamp(&path).ok().flatten();
            let is_same = known.is_some_and(|it| it.stamp == stamp);
            let is_new = stamp.is_some_and(|it| !it.is_settled(now));
            let known_hash = known.filter(|_| is_same).and_then(|it| it.hash);
            let hash = match is_new || known_hash.is_some() {
                true => self.disk.hash(&path).ok(),
                false => None,
            };
            differs |= !is_same || (known_hash.is_some() && known_hash != hash);
            let hash = hash.filter(|_| is_new);
            files.insert(path, Known { stamp, hash });
        }
        differs |= files.len() != self.files.len();
        self.files = files;
        differs
    }

    /// Takes what a build wrote for seen.
    pub(super) fn leave_out(&mut self, written: &[Built]) {
        for built in written {
            let place = locate(&built.path).ok();
            let inside = place
                .as_ref()
                .and_then(|(path, _)| path.strip_prefix(self.disk.root()).ok());
            let parts = inside.map(|path| path.iter().map(|it| it.to_string_lossy()));
            if let Some(parts) = parts {
                let path = parts.collect::<Vec<_>>().join("/");
                self.files.remove(&path);
                self.own.insert(path);
            }
        }
        // Where nothing was written the lock stayed as it was.
        if written.is_empty() {
            return;
        }
        let mut locks: Vec<String> = self.files.keys().cloned().collect();
        locks.retain(|it| it.ends_with(LOCK));
        let at_root = self.disk.folder("").into_iter();
        locks.extend(at_root.filter(|it| it.ends_with(LOCK) && !it.starts_with('.')));
        for path in locks {
            if let Ok(Some(stamp)) = self.disk.stamp(&path) {
                let hash = self.disk.hash(&path).ok();
                let stamp = Some(stamp);
                self.files.insert(path, Known { stamp, hash });
            }
        }
    }

    /// Whether the folder is a project.
    pub(super) fn has_manifest(&self) -> bool {
        self.files.contains_key(MANIFEST)
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::disallowed_methods,
        reason = "tests arrange files of their own"
    )]

    use std::fs;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_look_sees_every_change_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut files = Snapshot::new(folder.path()).unwrap();
        let mut check = |what: &str, expect: bool| {
            assert_eq!(files.look(), expect, "{what}");
            assert!(!files.look(), "{what}, again");
        };
        check("an empty folder", false);
        fs::write(at("a.md"), "one").unwrap();
        check("a new file", true);
        fs::write(at("a.md"), "two").unwrap();
        check("another content of the same size", true);
        fs::write(at("b.md~"), "three").unwrap();
        check("another file", true);
        fs::rename(at("b.md~"), at("a.md")).unwrap();
        check("a file in the place of another", true);
        fs::write(at(".hidden"), "x").unwrap();
        check("a hidden file", false);
        fs::write(at(".gitignore"), "*.md\n").unwrap();
        check("a file that is left out now", true);
        fs::write(at("a.md"), "four").unwrap();
        check("a file that is left out", false);
        fs::remove_file(at(".gitignore")).unwrap();
        check("a file that is one of them again", true);
        fs::remove_file(at("a.md")).unwrap();
        check("a file that is gone", true);
    }

    #[test]
    fn a_change_within_one_tick_of_the_clock_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        let put = |text: &str, time: SystemTime| {
            fs::write(&path, text).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(time).unwrap();
        };
        let now = clock();
        put("one", now);
        let mut files = Snapshot::new(folder.path()).unwrap();
        files.look();
        put("two", now);
        // As a file system would tell it that keeps no other time.
        let stamp = files.disk.stamp("a.md").unwrap();
        files.files.get_mut("a.md").unwrap().stamp = stamp;
        assert!(files.look());
        // What is old is known by its stamp alone.
        put("three", UNIX_EPOCH + Duration::from_secs(1));
        assert!(files.look());
    }
}

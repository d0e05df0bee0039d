//! What a build may use again: bytes, by the hash of all that they were made from.
//!
//! Entries lie in `.deckle/cache/` of the project, one file each. A file holds the hash of its own
//! content in front, so that a torn or damaged entry counts as none; nothing has to be synced, and
//! two builds may write the same entry at a time. The folder can be deleted whenever no build runs.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::disk::stamp_of;
use super::stamp::Stamp;

/// Part of the path of every entry. Another layout of entries takes another number, and finds none
/// of the older ones.
const LAYOUT: &str = "v1";

/// The longest content of an entry in bytes; more is not kept.
const LONGEST: u64 = 256 << 20;

/// A standard that backup programs know, and a `.gitignore` that keeps the folder out of commits
/// wherever a project's own forgets it.
const MARKS: [(&str, &str); 2] = [
    (
        "CACHEDIR.TAG",
        "Signature: 8a477f597d28d172789f06886806bc55\n# Made by deckle; safe to delete.\n",
    ),
    (".gitignore", "*\n"),
];

/// A place for what builds may use again, or none.
#[derive(Debug, Default)]
pub struct Cache {
    /// The project's folder.
    root: Option<PathBuf>,
    /// The folder of entries, once something was asked for; `None` where there was none.
    found: OnceLock<Option<PathBuf>>,
    /// The folder of entries, once something was put into it; `None` where it cannot be had.
    made: OnceLock<Option<PathBuf>>,
}

impl Cache {
    /// The cache of the project in this folder. It is made when something is first put in.
    #[must_use]
    pub fn of(project: &Path) -> Self {
        Self {
            root: Some(project.to_owned()),
            ..Self::default()
        }
    }

    /// Holds nothing and keeps nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// What was put in under this key; `None` where there is nothing, or what is there is damaged.
    ///
    /// `kind` is a word for what the bytes are, one that serves as the name of a folder.
    #[must_use]
    pub fn get(&self, kind: &str, key: &[u8; 32]) -> Option<Vec<u8>> {
        let folder = self
            .made
            .get()
            .or_else(|| Some(self.found.get_or_init(|| self.find_folder())));
        let path = entry(folder?.as_ref()?, kind, key);
        let file = std::fs::File::open(path).ok()?;
        let mut bytes = Vec::new();
        file.take(LONGEST + 33).read_to_end(&mut bytes).ok()?;
        let content = bytes.split_off_checked(32)?;
        (bytes == seal(kind, key, &content)).then_some(content)
    }

    /// Keeps these bytes. Where that cannot be done nothing happens: the next build makes them
    /// again.
    pub fn put(&self, kind: &str, key: &[u8; 32], bytes: &[u8]) {
        if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
            return;
        }
        let folder = self.made.get_or_init(|| self.make_folder());
        let Some(folder) = folder else { return };
        let path = entry(folder, kind, key);
        let written = write(&path, &[&seal(kind, key, bytes), bytes]);
        debug_assert!(written.is_ok() || !folder.is_dir(), "{written:?}");
    }

    /// As [`Cache::put`], for an entry in whose place mostly stands another one already: that one is
    /// written over, which is cheaper than a new file. Who reads in between finds none.
    pub fn replace(&self, kind: &str, key: &[u8; 32], bytes: &[u8]) {
        if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
            return;
        }
        let folder = self.made.get_or_init(|| self.make_folder());
        let Some(folder) = folder else { return };
        let path = entry(folder, kind, key);
        let whole = [&seal(kind, key, bytes)[..], bytes].concat();
        if std::fs::write(&path, &whole).is_err() {
            let made = path.parent().map(std::fs::create_dir_all);
            if made.is_some_and(|it| it.is_ok()) {
                // As with a folder that is not there, the next build makes it again.
                let _ = std::fs::write(&path, &whole);
            }
        }
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.root.is_none()
    }

    /// The stamp of a file that was written just now: what the clock of the project's file system
    /// says. `None` where nothing can be written.
    #[must_use]
    pub fn just_now(&self) -> Option<Stamp> {
        let folder = self.made.get_or_init(|| self.make_folder()).as_ref()?;
        std::fs::create_dir_all(folder).ok()?;
        let mut file = tempfile::NamedTempFile::new_in(folder).ok()?;
        file.write_all(b"now").ok()?;
        stamp_of(&file.as_file().metadata().ok()?)
    }

    /// How many bytes the entries have.
    #[must_use]
    pub fn size(&self) -> u64 {
        let mut size = 0_u64;
        let mut open: Vec<PathBuf> = self.find_folder().into_iter().collect();
        while let Some(folder) = open.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else {
                continue;
            };
            for entry in entries.flatten() {
                // Links are not followed: what they lead to is no entry.
                match entry.metadata() {
                    Ok(data) if data.is_dir() => open.push(entry.path()),
                    Ok(data) if data.is_file() => size = size.saturating_add(data.len()),
                    _ => {}
                }
            }
        }
        size
    }

    /// The folder, where it is there and inside of the project.
    fn find_folder(&self) -> Option<PathBuf> {
        let root = std::fs::canonicalize(self.root.as_ref()?).ok()?;
        let folder = cache_folder(&root);
        (std::fs::canonicalize(&folder).ok()? == folder).then_some(folder)
    }

    /// Makes the folder. `None` where that fails, or where it would lie outside of the project.
    fn make_folder(&self) -> Option<PathBuf> {
        let root = std::fs::canonicalize(self.root.as_ref()?).ok()?;
        let wanted = root.join(".deckle").join("cache");
        // A link that leads out shows before anything is made behind it.
        let mut at = root.clone();
        for part in [".deckle", "cache"] {
            at.push(part);
            match std::fs::symlink_metadata(&at) {
                Ok(data) if !data.is_dir() => return None,
                Ok(_) => {}
                Err(_) => std::fs::create_dir(&at)
                    .or_else(|error| if at.is_dir() { Ok(()) } else { Err(error) })
                    .ok()?,
            }
        }
        for (name, text) in MARKS {
            let path = wanted.join(name);
            if !path.exists() {
                write(&path, &[text.as_bytes()]).ok()?;
            }
        }
        Some(cache_folder(&root))
    }
}

fn cache_folder(root: &Path) -> PathBuf {
    root.join(".deckle").join("cache").join(LAYOUT)
}

/// The path of an entry: two digits of the key are a folder, since large folders are slow.
fn entry(folder: &Path, kind: &str, key: &[u8; 32]) -> PathBuf {
    let hex = blake3::Hash::from_bytes(*key).to_hex();
    let (first, rest) = hex.split_at(2);
    folder.join(kind).join(first).join(rest)
}

/// What stands in front of an entry: it holds for this content under this key alone.
fn seal(kind: &str, key: &[u8; 32], content: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind.as_bytes()).update(key).update(content);
    hasher.finalize().into()
}

/// Writes a file whole or not at all, for readers that come in between.
fn write(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// [`Vec::split_off`], where there is as much.
trait SplitOffChecked: Sized {
    fn split_off_checked(&mut self, at: usize) -> Option<Self>;
}

impl SplitOffChecked for Vec<u8> {
    fn split_off_checked(&mut self, at: usize) -> Option<Self> {
        (at <= self.len()).then(|| self.split_off(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [0xAB; 32];

    #[test]
    fn what_was_put_in_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::of(folder.path());
        assert_eq!(cache.get("code", &KEY), None);
        assert!(!folder.path().join(".deckle").exists());
        for content in [&b"one"[..], b"", b"two"] {
            cache.put("code", &KEY, content);
            assert_eq!(cache.get("code", &KEY).as_deref(), Some(content));
        }
        assert_eq!(cache.get("tex", &KEY), None);
        assert_eq!(cache.get("code", &[0; 32]), None);
        assert_eq!(
            Cache::of(folder.path()).get("code", &KEY).as_deref(),
            Some(&b"two"[..])
        );
        let ignored = folder.path().join(".deckle/cache/.gitignore");
        assert_eq!(std::fs::read_to_string(ignored).unwrap(), "*\n");
        let none = Cache::none();
        none.put("code", &KEY, b"x");
        assert_eq!(none.get("code", &KEY), None);
    }

    #[test]
    fn a_damaged_entry_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::of(folder.path());
        cache.put("code", &KEY, b"some content");
        let path = entry(&cache_folder(folder.path()), "code", &KEY);
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(cache.get("code", &KEY), None, "{length} bytes");
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            std::fs::write(&path, &other).unwrap();
            assert_eq!(cache.get("code", &KEY), None, "byte {at}");
        }
        cache.put("code", &KEY, b"some content");
        assert!(cache.get("code", &KEY).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_behind_a_link() {
        let outer = tempfile::tempdir().unwrap();
        let project = outer.path().join("project");
        let elsewhere = outer.path().join("elsewhere");
        std::fs::create_dir(&project).unwrap();
        std::fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, project.join(".deckle")).unwrap();
        let cache = Cache::of(&project);
        cache.put("code", &KEY, b"x");
        assert_eq!(cache.get("code", &KEY), None);
        assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0);
    }
}

//! Media: what the server lacks goes out, before any note that shows it. Files never change while
//! notes do: both halves of the server know nothing of one another.

mod parcel;

use std::collections::BTreeMap;

use unicode_normalization::is_nfc;

use super::failure::Failure;
use super::pushed::Pushed;
use super::session::{MEDIA_ROWS, Session};
use crate::Error;
use crate::package::{PackageReader, StoredMedia};
use parcel::Parcel;

/// The largest file that a server takes, in bytes.
const LARGEST: u64 = 100 << 20;
/// The longest name, in bytes: devices cut longer ones off.
const LONGEST_NAME: usize = 120;

/// What the server has: SHA-1 by name, in hexadecimal digits.
type Held = BTreeMap<String, String>;

/// What is to go out.
#[derive(Debug, Default)]
pub(super) struct MediaPlan {
    files: Vec<StoredMedia>,
    /// How many files the server has, and will have.
    count: usize,
}

impl MediaPlan {
    /// Compares package and server. What a learner replaced stays, as far as the base tells.
    pub(super) fn look(
        session: &Session<'_>,
        package: &mut PackageReader,
        mut base: Option<&mut PackageReader>,
        told: &mut Pushed,
    ) -> Result<Self, Failure> {
        let held = list(session)?;
        let mut plan = Self {
            count: held.len(),
            ..Self::default()
        };
        for file in package.contents().media.clone() {
            if let Some(why) = unfit(&file) {
                told.media_left_out.push((file.name, why));
                continue;
            }
            match held.get(&file.name) {
                None => plan.count += 1,
                Some(there) => {
                    let own = package.media_hash(&file)?;
                    if own.is_some_and(|it| hex(&it) == *there) {
                        continue;
                    }
                    let before = match &mut base {
                        Some(base) => hash_in(base, &file.name)?,
                        None => None,
                    };
                    if before.is_none_or(|it| hex(&it) != *there) {
                        told.media_kept.push(file.name);
                        continue;
                    }
                }
            }
            told.media += 1;
            told.media_bytes += file.size.unwrap_or_default();
            plan.files.push(file);
        }
        Ok(plan)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Sends it. Each archive is taken whole or not at all, so that a push that broke off goes on
    /// where it was.
    pub(super) fn send(
        &self,
        session: &Session<'_>,
        package: &mut PackageReader,
    ) -> Result<(), Failure> {
        let mut parcel = Parcel::default();
        for file in &self.files {
            let mut bytes = Vec::new();
            package.copy_media(file, &mut bytes)?;
            parcel.add(&file.name, bytes);
            if parcel.is_full() {
                deliver(session, &std::mem::take(&mut parcel))?;
            }
        }
        deliver(session, &parcel)?;
        // Another device may have sent files meanwhile.
        if session.check_media(self.count)? || session.check_media(list(session)?.len())? {
            return Ok(());
        }
        Err(Failure::Odd(
            "counts its media in another way than it lists them".to_owned(),
        ))
    }
}

fn deliver(session: &Session<'_>, parcel: &Parcel) -> Result<(), Failure> {
    if parcel.len() == 0 {
        return Ok(());
    }
    let taken = session.upload(&parcel.archive()?)?;
    match taken == parcel.len() {
        true => Ok(()),
        false => {
            let text = format!("{taken} of {} files were taken", parcel.len());
            Err(Failure::odd("uploadChanges", text))
        }
    }
}

/// All files that the server has.
fn list(session: &Session<'_>) -> Result<Held, Failure> {
    let mut held = Held::new();
    let mut last = 0;
    loop {
        let rows = session.media_changes(last)?;
        let count = rows.len();
        let before = last;
        for (name, usn, sha1) in rows {
            last = last.max(usn);
            match sha1.filter(|it| !it.is_empty()) {
                Some(sha1) => held.insert(name, sha1),
                None => held.remove(&name),
            };
        }
        if count == 0 || (count < MEDIA_ROWS && last == before) {
            return Ok(held);
        }
        if last == before {
            return Err(Failure::odd("mediaChanges", "the same rows come again"));
        }
    }
}

/// Why no sync takes a file.
fn unfit(file: &StoredMedia) -> Option<&'static str> {
    if !file.present {
        return Some("the package lists it and does not have it");
    }
    if file.file_name().is_none() {
        return Some("its name is no file's");
    }
    if !is_nfc(&file.name) {
        return Some("its name is not in Unicode's composed form");
    }
    if file.name.len() > LONGEST_NAME {
        return Some("its name is longer than 120 bytes");
    }
    match file.size {
        Some(0) => Some("it is empty"),
        Some(size) if size > LARGEST => Some("it is larger than 100 MiB"),
        _ => None,
    }
}

fn hash_in(package: &mut PackageReader, name: &str) -> Result<Option<[u8; 20]>, Error> {
    let listed = &package.contents().media;
    match listed.iter().find(|it| it.name == name).cloned() {
        Some(file) => package.media_hash(&file),
        None => Ok(None),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_no_sync_takes_are_known() {
        let check = |name: &str, size: Option<u64>, expect: Option<&str>| {
            let file = StoredMedia {
                name: name.to_owned(),
                entry: "0".to_owned(),
                present: true,
                size,
                sha1: None,
            };
            let found = unfit(&file);
            let is_right = match expect {
                Some(part) => found.is_some_and(|it| it.contains(part)),
                None => found.is_none(),
            };
            assert!(is_right, "{name}: {found:?}");
        };
        check("a.png", Some(1), None);
        check("ж.png", None, None);
        check("a.png", Some(0), Some("empty"));
        check("a.png", Some(LARGEST), None);
        check("a.png", Some(LARGEST + 1), Some("100 MiB"));
        check("e\u{301}.png", Some(1), Some("composed"));
        check("a/b.png", Some(1), Some("no file's"));
        check("..", Some(1), Some("no file's"));
        check(&"a".repeat(121), Some(1), Some("120 bytes"));
    }

    #[test]
    fn hashes_are_written_as_the_server_does() {
        assert_eq!(hex(&[0, 0xab, 0x1f]), "00ab1f");
    }
}

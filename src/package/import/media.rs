//! Media of an import: which files come in, under which names, and what that does to fields.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::collection::Collection;
use super::names::{hashed_media_name, is_file_name, is_static, media_name};
use super::options::Importer;
use super::refusal::Refusal;
use crate::model::escape;
use crate::package::{Contents, StoredMedia, Variant};
use crate::template::media::media_references;

/// What became of a media file of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaOutcome {
    /// It came in under this name, which is its own as Anki writes it.
    Added(String),
    /// The collection has another file of its name: it came in under this one, and notes that
    /// came in with it name it so.
    Renamed(String),
    /// The collection has it.
    Present,
    /// The collection has another file of its name and keeps that: `_` and `latex-` files are
    /// never replaced.
    Kept,
    /// No note that came in or was updated names it.
    Unused,
}

/// The media of a package against those of the collection.
pub(super) struct MediaPlan<'a> {
    entries: Vec<Entry<'a>>,
    /// Positions of entries by name. Of two entries of one name, the last.
    by_name: HashMap<String, usize>,
}

struct Entry<'a> {
    media: &'a StoredMedia,
    name: String,
    fate: Fate,
    used: bool,
}

enum Fate {
    /// Comes in, if used, under this name.
    Copy(String),
    /// The same file is there.
    Present,
    /// Another file is there and stays.
    Kept,
}

impl<'a> MediaPlan<'a> {
    pub(super) fn new(package: &'a Contents, collection: &Collection<'_>) -> Result<Self, Refusal> {
        let mut entries = Vec::with_capacity(package.media.len());
        let mut by_name = HashMap::with_capacity(package.media.len());
        for (index, media) in package.media.iter().enumerate() {
            if !is_file_name(&media.name) {
                return Err(Refusal::MediaPath(media.name.clone()));
            }
            let name = media_name(&media.name);
            if package.variant == Variant::Latest && name != media.name {
                return Err(Refusal::MediaName(media.name.clone(), name));
            }
            let fate = fate(media, &name, collection)?;
            by_name.insert(name.clone(), index);
            let used = is_static(&name);
            entries.push(Entry {
                media,
                name,
                fate,
                used,
            });
        }
        Ok(Self { entries, by_name })
    }

    /// The fields of a note that comes in: files that they name come in too, and names are those
    /// that the files have then.
    pub(super) fn rewrite<'b>(&mut self, fields: &'b str) -> Cow<'b, str> {
        rewrite(fields, |name| self.name_of(name))
    }

    /// The name to write instead of a reference's, where it is another.
    fn name_of(&mut self, name: &str) -> Option<String> {
        if name.contains('/') {
            return None;
        }
        let normal = media_name(name);
        let found = self.by_name.get(&normal).copied();
        if let Some(entry) = found.and_then(|index| self.entries.get_mut(index)) {
            entry.used = true;
            if let Fate::Copy(target) = &entry.fate
                && target != name
            {
                return Some(target.clone());
            }
        }
        (normal != name).then_some(normal)
    }

    /// Copies what is used; gives back what became of each file.
    pub(super) fn finish(
        self,
        collection: &mut Collection<'_>,
    ) -> Result<Vec<MediaOutcome>, Refusal> {
        let mut outcomes = Vec::with_capacity(self.entries.len());
        for entry in self.entries {
            let outcome = match entry.fate {
                Fate::Present => MediaOutcome::Present,
                Fate::Kept => MediaOutcome::Kept,
                Fate::Copy(_) if !entry.used => MediaOutcome::Unused,
                Fate::Copy(_) if !entry.media.present => {
                    return Err(Refusal::MediaMissing(entry.name));
                }
                Fate::Copy(name) => {
                    put(&mut collection.media, &name, entry.media);
                    match name == entry.name {
                        true => MediaOutcome::Added(name),
                        false => MediaOutcome::Renamed(name),
                    }
                }
            };
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

/// The fields with names of media as Anki keeps them.
pub(in crate::package) fn normal_references(fields: &str) -> Cow<'_, str> {
    rewrite(fields, |name| {
        let normal = media_name(name);
        (!name.contains('/') && normal != name).then_some(normal)
    })
}

/// The fields with other names of media, where there is one.
fn rewrite(fields: &str, mut name_of: impl FnMut(&str) -> Option<String>) -> Cow<'_, str> {
    if !fields.contains(['<', '[']) {
        return Cow::Borrowed(fields);
    }
    let mut written = String::new();
    let mut copied = 0;
    let mut start = 0;
    for field in fields.split('\u{1f}') {
        for reference in media_references(field) {
            let Some(name) = name_of(&reference.name) else {
                continue;
            };
            let place = start + reference.range.start..start + reference.range.end;
            written.push_str(fields.get(copied..place.start).unwrap_or_default());
            let as_written = fields.get(place.clone()).unwrap_or_default();
            match as_written == reference.name {
                true => written.push_str(&name),
                false => written.push_str(&escape(&name)),
            }
            copied = place.end;
        }
        start += field.len() + 1;
    }
    if copied == 0 {
        return Cow::Borrowed(fields);
    }
    written.push_str(fields.get(copied..).unwrap_or_default());
    Cow::Owned(written)
}

fn put(folder: &mut BTreeMap<String, [u8; 20]>, name: &str, media: &StoredMedia) {
    folder.insert(name.to_owned(), media.sha1.unwrap_or_default());
}

fn fate(media: &StoredMedia, name: &str, collection: &Collection<'_>) -> Result<Fate, Refusal> {
    let as_compared = match collection.client {
        // Names that have capitals are looked for in small letters, and not found as they are.
        Importer::Desktop if !is_static(name) => name.to_lowercase(),
        _ => name.to_owned(),
    };
    let Some(there) = collection.media.get(&as_compared) else {
        return Ok(Fate::Copy(name.to_owned()));
    };
    let same = media.sha1.as_ref() == Some(there);
    if is_static(name) {
        return Ok(if same { Fate::Present } else { Fate::Kept });
    }
    if !media.present {
        return Err(Refusal::MediaMissing(name.to_owned()));
    }
    if same {
        return Ok(Fate::Present);
    }
    let sha1 = media.sha1.unwrap_or_default();
    Ok(Fate::Copy(hashed_media_name(name, &sha1)))
}

//! A package that is read: what it holds, and its media one by one.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::collection::Collection;
use super::container::{Container, damaged};
use super::store::Store;
use super::{Contents, ReadLimits, StoredMedia, Variant};
use super::{decks, messages, note_types, presets, rows};
use crate::{Error, files};

/// A package (`.apkg` or `.colpkg`) or a collection's own database (`collection.anki2`), opened
/// for reading.
///
/// Everything but the media lies in memory: twice the database while it is opened, its text once
/// afterwards. Nothing is ever written but to writers that are handed in.
///
/// ```
/// use deckle::package::PackageReader;
/// # use deckle::{BuildTime, Deck, Note, NoteType, Package};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("words.apkg");
/// # let mut deck = Deck::new("Words");
/// # deck.add(Note::new(&NoteType::basic()).fields(["ser", "to be"]).key("ser"))?;
/// # Package::new(BuildTime::from_unix(1_700_000_000)).deck(deck)
/// #     .media_bytes("_ser.mp3", "sound").write(&path)?;
///
/// let mut package = PackageReader::open(&path)?;
/// let note = &package.contents().notes[0];
/// assert_eq!(note.fields().next(), Some("ser"));
/// for media in package.contents().media.clone() {
///     let mut bytes = Vec::new();
///     package.copy_media(&media, &mut bytes)?;
///     assert_eq!(media.file_name(), Some("_ser.mp3"));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PackageReader {
    container: Container,
    contents: Contents,
}

impl PackageReader {
    /// The package at this path, within the default limits.
    ///
    /// # Errors
    /// When the file cannot be read, is no package, is damaged or goes beyond the limits. A
    /// collection whose newest changes lie in a `-wal` file beside it is an error too.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_within(path, ReadLimits::default())
    }

    /// As [`PackageReader::open`], with limits of the caller's own.
    ///
    /// # Errors
    /// As [`PackageReader::open`].
    pub fn open_within(path: impl AsRef<Path>, limits: ReadLimits) -> Result<Self, Error> {
        let path = path.as_ref();
        let (file, _) = files::open_disk(path)?;
        let reader = Self::new(file, limits).map_err(|error| {
            let shown = path.display();
            damaged(format!("`{shown}` cannot be read as an Anki package")).caused_by(error)
        })?;
        if reader.contents.variant == Variant::Collection {
            refuse_unfinished(path)?;
        }
        Ok(reader)
    }

    /// The package that this reader gives.
    ///
    /// # Errors
    /// As [`PackageReader::open`].
    pub fn new(
        reader: impl Read + Seek + Send + 'static,
        limits: ReadLimits,
    ) -> Result<Self, Error> {
        let mut container = Container::open(Box::new(reader), limits)?;
        let media = media(&mut container)?;
        let contents = match Store::open(&mut container)? {
            Some(store) => contents(&store, container.variant(), limits, media)?,
            None => empty(container.variant(), media),
        };
        Ok(Self {
            container,
            contents,
        })
    }

    /// What the package holds.
    #[must_use]
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// What the package holds, for who needs no media.
    #[must_use]
    pub fn into_contents(self) -> Contents {
        self.contents
    }

    /// Writes the bytes of a media file of this package. Gives back how many there were.
    ///
    /// # Errors
    /// When the package does not have the file, it is damaged or goes beyond the limit, or the
    /// writer fails. Bytes may have been written then.
    pub fn copy_media(
        &mut self,
        media: &StoredMedia,
        writer: &mut dyn Write,
    ) -> Result<u64, Error> {
        let what = format!("media file `{}`", media.name.escape_debug());
        let limit = self.container.limits().media_file_bytes;
        let copied = self
            .container
            .copy_entry(&media.entry, writer, limit, &what)?;
        copied.ok_or_else(|| {
            damaged(format!(
                "the package lists the {what} but has no entry `{}`",
                media.entry.escape_debug()
            ))
        })
    }
}

impl fmt::Debug for PackageReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contents = &self.contents;
        formatter
            .debug_struct("PackageReader")
            .field("variant", &contents.variant)
            .field("notes", &contents.notes.len())
            .finish_non_exhaustive()
    }
}

fn contents(
    store: &Store,
    variant: Variant,
    limits: ReadLimits,
    media: Vec<StoredMedia>,
) -> Result<Contents, Error> {
    let collection = Collection::read(store)?;
    let settings = collection.settings(store)?;
    Ok(Contents {
        variant,
        schema: collection.schema,
        created: collection.created,
        modified: collection.modified,
        next_position: settings.get("nextPos").and_then(|it| it.parse().ok()),
        settings,
        note_types: note_types::read(store, &collection.models)?,
        decks: decks::read(store, &collection.decks)?,
        presets: presets::read(store, collection.schema, &collection.dconf)?,
        notes: rows::notes(store, limits)?,
        cards: rows::cards(store, limits)?,
        reviews: rows::reviews(store)?,
        lacking: collection.lacking(),
        media,
    })
}

/// What Anki takes a package with a database of no bytes for (measured).
fn empty(variant: Variant, media: Vec<StoredMedia>) -> Contents {
    Contents {
        variant,
        schema: 11,
        created: 0,
        modified: 0,
        next_position: None,
        settings: BTreeMap::new(),
        note_types: Vec::new(),
        decks: Vec::new(),
        presets: Vec::new(),
        notes: Vec::new(),
        cards: Vec::new(),
        reviews: 0,
        lacking: Vec::new(),
        media,
    }
}

fn media(container: &mut Container) -> Result<Vec<StoredMedia>, Error> {
    let most = container.limits().entries;
    let bytes = container.media_list()?;
    if container.variant() != Variant::Latest {
        // Without a list there are no media.
        let bytes = bytes.unwrap_or_else(|| b"{}".to_vec());
        let names = messages::media_map(&bytes, most)?;
        let stored = |(number, name): (u64, String)| {
            let entry = number.to_string();
            let size = container.listed_size(&entry);
            StoredMedia {
                name,
                present: size.is_some(),
                size,
                sha1: None,
                entry,
            }
        };
        return Ok(names.into_iter().map(stored).collect());
    }
    let bytes = bytes.ok_or_else(|| {
        damaged("the package has no list of media, without which Anki does not import it")
    })?;
    let entries = messages::media_entries(&bytes, most)?;
    let stored = entries.into_iter().enumerate().map(|(index, it)| {
        let entry = index.to_string();
        let sha1 = it.sha1.try_into().map_err(|_| {
            damaged(format!(
                "the package's list of media has no SHA-1 of 20 bytes for `{}`; Anki does not \
                 import such a package",
                it.name.escape_debug()
            ))
        })?;
        Ok(StoredMedia {
            present: container.listed_size(&entry).is_some(),
            // Files of 4 GiB and more have 0 there.
            size: Some(u64::from(it.size)),
            sha1: Some(sha1),
            name: it.name,
            entry,
        })
    });
    stored.collect()
}

/// Anki in use keeps its newest changes in a file beside the collection, and empties it when it
/// ends.
fn refuse_unfinished(path: &Path) -> Result<(), Error> {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    match files::open_disk(Path::new(&name)) {
        Ok((_, size)) if size > 0 => Err(Error::usage(format!(
            "the collection `{}` is in use: its newest changes lie in a `-wal` file beside it; \
             close Anki first",
            path.display()
        ))),
        _ => Ok(()),
    }
}

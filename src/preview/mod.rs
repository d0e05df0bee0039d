//! Cards as Anki shows them, as a folder of static pages: front and back, by day and by night, on a phone and on a
//! desktop.
//!
//! A [`Preview`] shows what packages hold, whoever made them, and so precisely what learners get. Its pages
//! open from disk, need no server and no network, and can be put anywhere: into the results of a pull request, onto
//! GitHub Pages. The same packages give the same bytes.
//!
//! Each side of a card is a document of its own in a frame that a sandbox and a policy shut in: scripts of
//! card templates run there, and reach neither the page around them nor any address; what such policies do not
//! cover, `docs/preview.md` says. What is no card's is in
//! `templates/preview/`.
//!
//! ```
//! use deckle::preview::Preview;
//! # use deckle::{BuildTime, Deck, Note, NoteType, Package};
//! # let folder = tempfile::tempdir()?;
//! # let package = folder.path().join("words.apkg");
//! # let site = folder.path().join("site");
//! # let mut deck = Deck::new("Words");
//! # deck.add(Note::new(&NoteType::basic()).fields(["ser", "to be"]).key("ser"))?;
//! # Package::new(BuildTime::from_unix(1_700_000_000)).deck(deck).write(&package)?;
//!
//! let previewed = Preview::new("Words").package("words", &package).write(&site)?;
//! assert_eq!((previewed.cards, previewed.pages), (1, 1));
//! assert!(previewed.index.ends_with("index.html"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod card;
mod fill;
mod html;
mod index;
mod math;
mod order;
mod page;
mod search;
mod side;
mod site;
mod types;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::files::{self, OwnedFolder};
use crate::package::{CardState, PackageReader};
use site::Site;

/// The file that lists what a preview wrote, and its first line.
const LIST: &str = ".deckle-preview";
const HEAD: &str =
    "Written by `deckle preview`, which removes what is listed here and no longer written:";

const STAMPS: &str = "stamp.js";
const IGNORE: &str = ".gitignore";

/// The names of flags, by their numbers.
const FLAGS: &[&str] = &[
    "none",
    "red",
    "orange",
    "green",
    "blue",
    "pink",
    "turquoise",
    "purple",
];
/// The states of cards that are told.
const STATES: &[&str] = &["any", "suspended", "buried"];

/// The place of a state in [`STATES`].
fn state_number(state: CardState) -> usize {
    match state {
        CardState::Suspended => 1,
        CardState::Buried => 2,
        CardState::New | CardState::Learning | CardState::Review => 0,
    }
}

/// What is to be shown.
#[derive(Debug, Clone, Default)]
#[must_use = "a preview is a folder only when it is written"]
pub struct Preview {
    title: String,
    packages: Vec<(String, PathBuf)>,
    origins: BTreeMap<String, Origin>,
    live: bool,
    ignored: bool,
}

/// What is known of a note beyond its package.
#[derive(Debug, Clone, Default)]
struct Origin {
    place: String,
    remarks: Vec<String>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Previewed {
    /// The page to begin with.
    pub index: PathBuf,
    /// How many packages are shown.
    pub packages: usize,
    /// How many notes have cards in them.
    pub notes: usize,
    /// How many cards there are.
    pub cards: usize,
    /// How many pages of cards.
    pub pages: usize,
    /// How many media files that cards show.
    pub media: usize,
    /// How many files are new or others than before; the rest was not touched.
    pub changed: usize,
    /// How many files of the preview before are gone.
    pub removed: usize,
}

impl Preview {
    /// A preview of nothing yet, with the title of its first page.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// With the package (`.apkg`, `.colpkg`) at this path, which is read when the preview is written. Where
    /// there are several, each has a folder and a page of its own under its name.
    pub fn package(mut self, name: impl Into<String>, path: impl AsRef<Path>) -> Self {
        self.packages.push((name.into(), path.as_ref().to_owned()));
        self
    }

    /// Says where the note of this guid comes from, such as `cells.md:12`; its cards show it.
    pub fn place(&mut self, guid: impl Into<String>, place: impl Into<String>) -> &mut Self {
        self.origins.entry(guid.into()).or_default().place = place.into();
        self
    }

    /// Says something that is wrong with the note of this guid, as a line; its cards show it. Callable
    /// several times.
    pub fn remark(&mut self, guid: impl Into<String>, remark: impl Into<String>) -> &mut Self {
        let origin = self.origins.entry(guid.into()).or_default();
        origin.remarks.push(remark.into());
        self
    }

    /// With pages, if `yes`, that look every second whether they were written anew, until [`settle`].
    /// Default: they do not.
    pub fn live(mut self, yes: bool) -> Self {
        self.live = yes;
        self
    }

    /// With a `.gitignore`, if `yes`, by which git leaves the whole folder out, and so do builds that find
    /// it in a project. Default: without.
    pub fn ignored(mut self, yes: bool) -> Self {
        self.ignored = yes;
        self
    }

    /// Writes the pages into a folder, which is made if it is not there. Each file is whole or as it was;
    /// one that is the same is not touched; files of an earlier preview that are no longer needed go, the
    /// first page comes last. What others put into the folder later stays.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when the folder holds something and no earlier preview:
    /// it stays as it is. When a package cannot be read, as [`PackageReader::open`] and
    /// [`PackageReader::copy_media`]; when a file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<Previewed, Error> {
        let folder = folder.as_ref();
        let owned = OwnedFolder::open(folder, LIST, HEAD)?.ok_or_else(|| {
            Error::usage(format!(
                "`{}` holds something else than a preview and stays as it is; name a new or empty folder with `-o`",
                folder.display()
            ))
        })?;
        let mut sum = Previewed {
            index: folder.join("index.html"),
            packages: self.packages.len(),
            notes: 0,
            cards: 0,
            pages: 0,
            media: 0,
            changed: 0,
            removed: 0,
        };
        if self.ignored {
            owned.put(IGNORE, b"*\n")?;
        }
        let mut stamps = BTreeMap::new();
        if let [(_, path)] = self.packages.as_slice() {
            let site = Site {
                folder: &owned,
                prefix: "",
                title: &self.title,
                origins: &self.origins,
            };
            site.write(&mut PackageReader::open(path)?, &mut stamps, &mut sum)?;
        } else {
            self.write_several(&owned, &mut stamps, &mut sum)?;
        }
        owned.put(STAMPS, index::stamps(&stamps, self.live).as_bytes())?;
        let changes = owned.finish()?;
        (sum.changed, sum.removed) = (changes.written, changes.removed);
        Ok(sum)
    }

    fn write_several(
        &self,
        owned: &OwnedFolder,
        stamps: &mut BTreeMap<String, String>,
        sum: &mut Previewed,
    ) -> Result<(), Error> {
        site::write_look(owned, "")?;
        let mut listed = Vec::new();
        let mut stems = order::Stems::default();
        for (name, path) in &self.packages {
            let prefix = format!("{}/", stems.of(name));
            let site = Site {
                folder: owned,
                prefix: &prefix,
                title: name,
                origins: &self.origins,
            };
            let cards = site.write(&mut PackageReader::open(path)?, stamps, sum)?;
            listed.push((name.clone(), prefix, cards));
        }
        let (page, stamp) = index::several(&self.title, "index.html", &listed);
        owned.put("index.html", page.as_bytes())?;
        stamps.insert("index.html".to_owned(), stamp);
        Ok(())
    }
}

/// Says to the pages of a [live](Preview::live) preview that they need not look for changes any more. A
/// folder without a preview is left alone.
///
/// # Errors
/// When the folder cannot be read or written.
pub fn settle(folder: impl AsRef<Path>) -> Result<(), Error> {
    let folder = folder.as_ref();
    let path = folder.join(STAMPS);
    if files::is_missing(&folder.join(LIST)) {
        return Ok(());
    }
    let Some(bytes) = files::read_if_exists(&path)? else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(&bytes);
    let settled = text.replacen("\"live\":true", "\"live\":false", 1);
    if settled != text {
        files::write_below(folder, STAMPS, settled.as_bytes())?;
    }
    Ok(())
}

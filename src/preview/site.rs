//! The site of one package: its pages, on all processors, its media, its index.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::card::{ShownCard, shown};
use super::index::{Index, counted};
use super::order::Order;
use super::page::{Place, page};
use super::search::{Record, SearchedPage, files};
use super::side::{MediaByName, Workshop};
use super::types::TypeFiles;
use super::{Origin, Previewed};
use crate::Error;
use crate::files::OwnedFolder;
use crate::package::{PackageReader, StoredMedia};

/// So many names are listed where something is wrong with files.
const NAMED: usize = 5;

/// So many bytes has the name of a file at most that file systems take.
const LONGEST_NAME: usize = 255;

/// The files that give pages their look and do their work.
const LOOK: &[(&str, &str)] = &[
    ("card.css", include_str!("../../templates/preview/card.css")),
    (
        "card.html",
        include_str!("../../templates/preview/card.html"),
    ),
    ("card.js", include_str!("../../templates/preview/card.js")),
    (
        "common.js",
        include_str!("../../templates/preview/common.js"),
    ),
    ("index.js", include_str!("../../templates/preview/index.js")),
    ("page.js", include_str!("../../templates/preview/page.js")),
    ("shell.js", include_str!("../../templates/preview/shell.js")),
    ("site.css", include_str!("../../templates/preview/site.css")),
];

/// Where a site goes, and what it is called.
pub(super) struct Site<'a> {
    pub(super) folder: &'a OwnedFolder,
    /// What its paths begin with: nothing, or the name of a folder and a slash.
    pub(super) prefix: &'a str,
    pub(super) title: &'a str,
    pub(super) origins: &'a BTreeMap<String, Origin>,
}

/// What is made of a page of cards.
struct Made {
    path: String,
    stamp: String,
    searched: SearchedPage,
    used: BTreeSet<String>,
}

impl Site<'_> {
    /// Writes the pages and media of a package, its index last. The stamps of the pages go into `stamps`.
    pub(super) fn write(
        &self,
        package: &mut PackageReader,
        stamps: &mut BTreeMap<String, String>,
        sum: &mut Previewed,
    ) -> Result<usize, Error> {
        write_look(self.folder, self.prefix)?;
        let contents = package.contents();
        let order = Order::new(contents);
        let types = TypeFiles::new(contents);
        for (note_type, name) in contents.note_types.iter().zip(types.iter()) {
            let path = format!("{}media/{}", self.prefix, name.1);
            self.folder.put(&path, note_type.css.as_bytes())?;
        }
        // Of two files of one name the first counts, as where they are written.
        let mut media = MediaByName::new();
        for file in contents
            .media
            .iter()
            .filter(|it| it.present && is_writable(it) && !is_too_long(it))
        {
            media.entry(file.name.as_str()).or_insert(file);
        }
        let mut wanted = Vec::new();
        for deck in &order.decks {
            let of = deck.pages().len();
            wanted.extend(
                deck.pages()
                    .enumerate()
                    .map(|(number, cards)| (deck, number, of, cards)),
            );
        }
        let made: Result<Vec<Made>, Error> = wanted
            .par_iter()
            .map(|(deck, number, of, cards)| {
                let mut workshop = Workshop::new(&media);
                let cards = cards.iter();
                let cards: Vec<ShownCard<'_>> = cards
                    .filter_map(|it| shown(&order, it, &deck.name, self.origins, &mut workshop))
                    .collect();
                let name = format!("cards/{}", deck.page_name(*number));
                let path = format!("{}{name}", self.prefix);
                let place = Place {
                    home: self.title,
                    root: if self.prefix.is_empty() {
                        "../"
                    } else {
                        "../../"
                    },
                    path: &path,
                    deck,
                    number: *number,
                    of: *of,
                };
                let (html, stamp) = page(&place, &cards, &types);
                self.folder.put(&path, html.as_bytes())?;
                Ok(Made {
                    stamp,
                    searched: SearchedPage {
                        path: name,
                        deck: deck.name.clone(),
                        records: cards.iter().map(Record::of).collect(),
                    },
                    used: workshop.used,
                    path,
                })
            })
            .collect();
        let made = made?;
        let mut used = BTreeSet::new();
        let mut pages = Vec::with_capacity(made.len());
        for it in made {
            stamps.insert(it.path, it.stamp);
            used.extend(it.used);
            pages.push(it.searched);
        }
        // Styles and scripts name those, in ways of their own.
        used.extend(
            media
                .keys()
                .filter(|it| it.starts_with('_'))
                .map(|it| (*it).to_owned()),
        );
        let copied: Vec<StoredMedia> = used
            .iter()
            .filter_map(|it| media.get(it.as_str()))
            .map(|it| (*it).clone())
            .collect();
        let names: BTreeMap<i64, String> = contents
            .note_types
            .iter()
            .map(|it| (it.id, it.name.clone()))
            .collect();
        for (name, text) in files(&pages, &names) {
            let path = format!("{}search/{name}", self.prefix);
            self.folder.put(&path, text.as_bytes())?;
        }
        let path = format!("{}index.html", self.prefix);
        let index = Index {
            title: self.title,
            root: if self.prefix.is_empty() { "" } else { "../" },
            path: &path,
            order: &order,
            types: &cards_of_types(&order),
            remarks: &remarks(&order, &contents.media, &used),
            media: copied.len(),
        };
        let (index, stamp) = index.page();
        let cards = order.cards;
        sum.notes += order.notes_with_cards;
        sum.cards += cards;
        sum.pages += pages.len();
        sum.media += copied.len();
        for file in copied {
            let path = format!("{}media/{}", self.prefix, file.name);
            self.folder
                .copy(&path, |out| package.copy_media(&file, out).map(|_| ()))?;
        }
        self.folder.put(&path, index.as_bytes())?;
        stamps.insert(path, stamp);
        Ok(cards)
    }
}

/// Writes the files that all pages share.
pub(super) fn write_look(folder: &OwnedFolder, prefix: &str) -> Result<(), Error> {
    for (name, text) in LOOK {
        folder.put(&format!("{prefix}look/{name}"), text.as_bytes())?;
    }
    Ok(())
}

/// Whether the name of a file stays within its folder, and within its line of a list.
fn is_writable(file: &StoredMedia) -> bool {
    file.file_name()
        .is_some_and(|it| !it.contains(char::is_control))
}

fn is_too_long(file: &StoredMedia) -> bool {
    file.name.len() > LONGEST_NAME
}

/// How many cards each note type has that has some, by its name.
fn cards_of_types(order: &Order<'_>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<(&str, i64), usize> = BTreeMap::new();
    for card in order.decks.iter().flat_map(|it| &it.cards) {
        let note = order.note(card.note);
        if let Some(it) = note.and_then(|it| order.note_type(it.note_type)) {
            *counts.entry((it.name.as_str(), it.id)).or_default() += 1;
        }
    }
    let counts = counts.into_iter();
    counts
        .map(|((name, _), count)| (name.to_owned(), count))
        .collect()
}

/// What is wrong with the package as a whole.
fn remarks(order: &Order<'_>, media: &[StoredMedia], used: &BTreeSet<String>) -> Vec<String> {
    let mut remarks = Vec::new();
    if order.orphans > 0 {
        remarks.push(format!(
            "{} of no note that the package holds, and so on no page",
            counted(order.orphans, "card")
        ));
    }
    if order.cardless > 0 {
        remarks.push(format!(
            "{} without a card",
            counted(order.cardless, "note")
        ));
    }
    let mut tell = |what: &str, is_so: &dyn Fn(&StoredMedia) -> bool| {
        let names: Vec<&str> = media
            .iter()
            .filter(|it| is_so(it))
            .map(|it| it.name.as_str())
            .collect();
        if names.is_empty() {
            return;
        }
        let listed: Vec<String> = names
            .iter()
            .take(NAMED)
            .map(|it| format!("`{}`", it.escape_debug()))
            .collect();
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        remarks.push(format!(
            "{} {what}: {}{more}",
            counted(names.len(), "media file"),
            listed.join(", ")
        ));
    };
    tell("listed but not in the package", &|it| !it.present);
    tell(
        "with a name that no folder can hold, with which Anki imports no package",
        &|it| !is_writable(it),
    );
    tell(
        "with a name of more than 255 bytes, which no file can have",
        &|it| is_writable(it) && is_too_long(it),
    );
    tell("on no card, which Anki leaves out when it imports", &|it| {
        // Pictures of LaTeX are imported whether anything shows them or not.
        let is_there = it.present && is_writable(it) && !is_too_long(it);
        is_there && !used.contains(&it.name) && !it.name.starts_with("latex-")
    });
    remarks
}

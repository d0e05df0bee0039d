//! A built package into a running Anki: what an import does, and then what it leaves undone.
//!
//! First the collection is asked what it has. A note is sent only where it is missing, or older than
//! the package's; so what learners edited later stays, and a second delivery of the same package
//! sends nothing. Anki's import does the rest by guid, and keeps schedules. What it does not do is
//! done by the difference between this package and the one delivered before, the base: a card moves,
//! is suspended or flagged only if it still is as the base left it.
//!
//! AnkiConnect tells no guids. A note of the collection is taken for the package's if it has its id,
//! its note type and its first field, of the package or the base: an import keeps ids unless another
//! note has them. What is not recognized is sent, which does no harm, and otherwise left alone.

mod appearance;
mod assets;
mod cards;
mod held;
mod merged;
mod older;
mod options;
mod removed;
mod texts;
mod transfer;

use std::collections::BTreeSet;
use std::path::Path;

pub use options::{DeliveryOptions, Transfer};

use super::Client;
use crate::model::RemovedNote;
use crate::package::{PackageReader, Side, StoredNote};
use crate::{Error, ErrorKind};
use appearance::Appearance;
use assets::Assets;
use cards::CardChanges;
use held::{Held, State};
use removed::Removals;

/// What was done, or in a dry run would be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Delivered {
    /// Whether anything was to be sent. If not, the collection was only looked at.
    pub sent: bool,
    /// Notes that the collection did not have.
    pub added: usize,
    /// Notes that it had, but older. Where AnkiConnect tells no times (before 2024), notes that
    /// differ: Anki decides about them, and keeps what a learner edited later.
    pub changed: usize,
    /// Notes that it had already, or that a learner edited later.
    pub current: usize,
    /// Guids of notes of which nobody can tell whether the collection has them, after the import: it
    /// has one of their id with another first field. Either that is another note, and Anki gave
    /// this one an id of its own, or a learner wrote the first field anew. They are sent each time,
    /// and Anki, which knows the guids, does what is right; nothing else is done to them.
    pub unclear: Vec<String>,
    /// Guids of changed notes that a learner had edited since the base: their edit is lost, for the
    /// author changed the note later.
    pub overwritten: Vec<String>,
    /// Cards that moved to the deck they have in the package.
    pub moved: usize,
    /// Cards that were to move, but a learner has put them elsewhere. They stay there.
    pub stayed: usize,
    /// Cards that were suspended because the package now says so.
    pub suspended: usize,
    /// Cards that were brought back into study because it no longer says so.
    pub unsuspended: usize,
    /// Cards whose flag was set or taken away.
    pub flagged: usize,
    /// Notes of the base that the package no longer has and the collection has, however they are
    /// treated.
    pub removed: Vec<RemovedNote>,
    /// How many of them were tagged, suspended or deleted, and had not been before.
    pub treated: usize,
    /// Names of note types whose templates or style sheet were written, beyond the import.
    pub restyled: Vec<String>,
    /// Names of note types that a learner changed. They stay so.
    pub styles_kept: Vec<String>,
    /// Names of media files with `_` in front that were replaced. An import never does.
    pub assets: Vec<String>,
    /// Those that the collection has with a content neither of the package nor of the base. They
    /// stay so.
    pub assets_kept: Vec<String>,
    /// Whether fields or card templates are new: the next synchronization of the collection goes one
    /// way then, and Anki asks for the direction.
    pub one_way_sync: bool,
    /// Whether nothing but texts of notes could be brought up to date, for what answers imports no
    /// packages, as AnkiConnect on Android.
    pub texts_only: bool,
    /// Where that is so: guids of notes that only an import brings or changes. They are not there yet.
    pub waiting: Vec<String>,
    /// Where that is so: how many cards should have moved, and removed notes have been treated.
    pub undone: usize,
    /// Guids of notes that were sent, and are not in the collection as they should be; always empty
    /// in a dry run.
    pub unconfirmed: Vec<String>,
    /// How many cards and removed notes are not as they should be.
    pub unconfirmed_cards: usize,
}

/// Delivers a built package, and looks whether it arrived.
///
/// ```no_run
/// use std::path::Path;
/// use deckle::connect::{Client, DeliveryOptions, Removal, Removed, deliver};
///
/// let anki = Client::new(Client::URL, None)?;
/// let options = DeliveryOptions::new()
///     .base(".deckle/base/desk.apkg")
///     .removed(Removal::new(Removed::Suspend).most(50));
/// let delivery = deliver(&anki, Path::new("spanish.apkg"), &options)?;
/// assert!(delivery.unconfirmed.is_empty());
/// # Ok::<(), deckle::Error>(())
/// ```
///
/// Where AnkiConnect imports no packages, as on Android, the texts of notes that are there already
/// are brought up to date; what [waits](Delivered::waiting) for the package is told.
///
/// # Errors
/// [`ErrorKind::Unreachable`] and [`ErrorKind::Refused`] as all methods of [`Client`];
/// [`ErrorKind::TooManyRemoved`] before anything is sent; else when package or base cannot be read.
pub fn deliver(
    client: &Client,
    package: &Path,
    options: &DeliveryOptions,
) -> Result<Delivered, Error> {
    client.need_permission()?;
    if !imports_packages(client)? {
        return texts::deliver(client, package, options);
    }
    let mut package_reader = PackageReader::open(package)?;
    let mut base_reader = options.base.as_ref().map(PackageReader::open).transpose()?;
    let contents = package_reader.contents().clone();
    let base_contents = base_reader.as_ref().map(|it| it.contents().clone());
    let new = Side::new(&contents);
    let base = base_contents.as_ref().map(Side::new);

    let ids: BTreeSet<i64> = std::iter::once(&new)
        .chain(&base)
        .flat_map(Side::note_ids)
        .collect();
    let held = Held::look(client, &ids)?;
    let mut delivery = Delivered::default();
    let sent = compare(&held, &new, base.as_ref(), &mut delivery);
    let appearance = Appearance::look(client, &held, &new, base.as_ref())?;
    let assets = Assets::look(client, &mut package_reader, base_reader.as_mut())?;
    let cards = match &base {
        Some(base) => CardChanges::look(client, &held, &new, base)?,
        None => CardChanges::default(),
    };
    let removals = match &base {
        Some(base) => Removals::look(client, &held, &new, base, options)?,
        None => Removals::default(),
    };
    if let Some(most) = options.removal.limit()
        && removals.open() > most
    {
        return Err(Error::new(ErrorKind::TooManyRemoved(removals.open())));
    }

    let imports = !sent.is_empty() || appearance.is_stale() || assets.is_missing();
    if imports {
        older::refuse(client, package, &contents, &appearance)?;
    }
    delivery.sent = imports || !assets.is_empty() || !cards.is_empty() || removals.open() > 0;
    cards.tell(&mut delivery);
    removals.tell(&mut delivery);
    appearance.tell(&mut delivery);
    assets.tell(&mut delivery);
    if options.dry_run || !delivery.sent {
        return Ok(delivery);
    }

    if imports {
        transfer::import(client, package, options.transfer)?;
        let older = sent
            .iter()
            .filter(|it| held.state(it, base.as_ref()) == State::Older);
        let older: Vec<&StoredNote> = older.copied().collect();
        merged::rewrite(client, &new, base.as_ref(), appearance.merged(), &older)?;
        appearance.settle(client, &new, base.as_ref(), &mut delivery)?;
    }
    assets.store(client)?;
    cards.apply(client)?;
    removals.apply(client)?;
    confirm(client, &sent, base.as_ref(), &mut delivery)?;
    delivery.unconfirmed_cards = cards.unsettled(client)? + removals.unsettled(client)?;
    // All is done; a window that cannot be refreshed shows it after the next click.
    client.refresh().ok();
    Ok(delivery)
}

/// Whether packages can be imported at all.
fn imports_packages(client: &Client) -> Result<bool, Error> {
    match client.actions() {
        Ok(known) => Ok(known.iter().any(|it| it == "importPackage")),
        // AnkiConnect on Android, or one from before 2021. A wrong key is refused by all.
        Err(error) if matches!(error.kind(), ErrorKind::Refused(_)) => {
            client.version().map(|_| false)
        }
        Err(error) => Err(error),
    }
}

/// The notes that an import is to bring.
fn compare<'a>(
    held: &Held,
    new: &Side<'a>,
    base: Option<&Side<'_>>,
    delivery: &mut Delivered,
) -> Vec<&'a StoredNote> {
    let mut sent = Vec::new();
    for note in new.notes.values().copied() {
        match held.state(note, base) {
            State::Missing => delivery.added += 1,
            State::Unclear => delivery.unclear.push(note.guid.clone()),
            State::Current => {
                delivery.current += 1;
                continue;
            }
            State::Older => {
                delivery.changed += 1;
                let before = base.and_then(|it| it.notes.get(note.guid.as_str()));
                let modified = held.note(note, base).and_then(|it| it.modified);
                if let (Some(before), Some(modified)) = (before, modified)
                    && modified > before.modified
                {
                    delivery.overwritten.push(note.guid.clone());
                }
            }
        }
        sent.push(note);
    }
    sent
}

/// Looks which notes the collection does not have as they were sent.
fn confirm(
    client: &Client,
    sent: &[&StoredNote],
    base: Option<&Side<'_>>,
    delivery: &mut Delivered,
) -> Result<(), Error> {
    let ids = sent.iter().map(|it| it.id).collect();
    let held = Held::look(client, &ids)?;
    delivery.unclear.clear();
    for note in sent {
        let modified = held.note(note, base).and_then(|it| it.modified);
        match held.state(note, base) {
            State::Unclear => delivery.unclear.push(note.guid.clone()),
            State::Missing => delivery.unconfirmed.push(note.guid.clone()),
            // Where no times are told, a learner's later edit looks the same.
            State::Older if modified.is_some() => delivery.unconfirmed.push(note.guid.clone()),
            State::Older | State::Current => {}
        }
    }
    Ok(())
}

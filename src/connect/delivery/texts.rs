//! What can be done where no package can be imported, as with AnkiConnect on Android: the texts of
//! notes that are there already are brought up to date. All else waits for the package itself: only
//! an import gives a new note its guid, without which the next package would bring it twice.
//!
//! AnkiConnect on Android tells no times, so a note is written only where it still is as the base
//! has it; what a learner edited stays. It gives stored media other names, so a note with media that
//! the base's did not have waits, too.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::held::{Held, State, same_fields, same_tags};
use super::merged::values;
use super::options::DeliveryOptions;
use super::{Client, Delivered};
use crate::model::{Removed, fold};
use crate::package::{PackageReader, Side, StoredNote};
use crate::template::media::media_references;
use crate::{Error, ErrorKind};

pub(super) fn deliver(
    client: &Client,
    package: &Path,
    options: &DeliveryOptions,
) -> Result<Delivered, Error> {
    let contents = PackageReader::open(package)?.into_contents();
    let base_contents = match &options.base {
        Some(base) => Some(PackageReader::open(base)?.into_contents()),
        None => None,
    };
    let new = Side::new(&contents);
    let base = base_contents.as_ref().map(Side::new);
    let ids: BTreeSet<i64> = new.note_ids().collect();
    let held = Held::look(client, &ids)?;
    let mut delivery = Delivered {
        texts_only: true,
        undone: base.as_ref().map_or(0, |it| undone(&new, it, options)),
        ..Delivered::default()
    };
    let mut written: Vec<&StoredNote> = Vec::new();
    let mut calls = Vec::new();
    for note in new.notes.values().copied() {
        let before = base
            .as_ref()
            .and_then(|it| it.notes.get(note.guid.as_str()).copied());
        match held.state(note, base.as_ref()) {
            State::Current => delivery.current += 1,
            State::Missing | State::Unclear => delivery.waiting.push(note.guid.clone()),
            State::Older => {
                let found = held.note(note, base.as_ref());
                // The author changed nothing, so a learner did.
                let is_learners = before.is_some_and(|it| it.modified == note.modified);
                match found {
                    _ if is_learners => delivery.current += 1,
                    Some(found)
                        if before
                            .is_some_and(|it| same_fields(found, it) && has_media_of(note, it))
                            && same_tags(found, note) =>
                    {
                        let fields = values(&new, note);
                        calls.push(json!({"note": {"id": found.id, "fields": fields}}));
                        written.push(note);
                    }
                    _ => delivery.waiting.push(note.guid.clone()),
                }
            }
        }
    }
    delivery.changed = written.len();
    delivery.sent = !written.is_empty();
    if options.dry_run || written.is_empty() {
        return Ok(delivery);
    }
    write(client, calls)?;
    let ids = written.iter().map(|it| it.id).collect();
    let held = Held::look(client, &ids)?;
    let arrived = |note: &StoredNote| {
        let found = held.note(note, base.as_ref());
        found.is_some_and(|it| same_fields(it, note))
    };
    let lost = written.iter().filter(|it| !arrived(it));
    delivery.unconfirmed = lost.map(|it| it.guid.clone()).collect();
    Ok(delivery)
}

/// Writes fields of notes. One note that cannot be written holds up none of the others.
fn write(client: &Client, calls: Vec<Value>) -> Result<(), Error> {
    let action = "updateNoteFields";
    let results = match client.many(action, calls.clone()) {
        // For Android, all have failed if one has.
        Err(error) if matches!(error.kind(), ErrorKind::Refused(_)) => {
            let one = |call| client.reply(action, call);
            calls.into_iter().map(one).collect()
        }
        done => done?,
    };
    results.into_iter().try_for_each(|it| it.map(drop))
}

/// How many cards changed their deck, and notes were taken out that should be treated: nobody can do
/// that here.
fn undone(new: &Side<'_>, base: &Side<'_>, options: &DeliveryOptions) -> usize {
    let mut count = 0;
    for (guid, before) in &base.notes {
        let Some(note) = new.notes.get(guid) else {
            count += usize::from(options.removal.how != Removed::Keep);
            continue;
        };
        let old = base.cards(before.id);
        let moved = new.cards(note.id).iter().filter(|card| {
            let mut old = old.iter().filter(|it| it.ordinal == card.ordinal);
            let from = old.next().and_then(|it| base.deck(it));
            let to = new.deck(card);
            matches!((from, to), (Some(from), Some(to)) if fold(from) != fold(to))
        });
        count += moved.count();
    }
    count
}

/// Whether a note shows no file that it did not show before.
fn has_media_of(note: &StoredNote, before: &StoredNote) -> bool {
    let of = |note: &StoredNote| -> BTreeSet<String> {
        let found = media_references(&note.fields).into_iter();
        found.map(|it| it.name.to_string()).collect()
    };
    of(note).is_subset(&of(before))
}

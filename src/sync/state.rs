//! All that a server has of an account, read inside of one transaction: the whole of it, or what
//! changed since it was kept (`memory`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::failure::Failure;
use super::rows::{CardRow, Graves, NoteRow, Object};
use super::session::Session;

/// What the server has.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// By their ids, as are all others.
    pub(super) note_types: BTreeMap<i64, Object>,
    pub(super) decks: BTreeMap<i64, Object>,
    pub(super) presets: BTreeMap<i64, Object>,
    pub(super) tags: Vec<String>,
    /// The position that the next new card gets, as far as the settings know.
    pub(super) next_position: i64,
    pub(super) notes: BTreeMap<i64, NoteRow>,
    pub(super) cards: BTreeMap<i64, CardRow>,
    /// How many reviews there are.
    pub(super) reviews: usize,
    /// How many of them lie below the bookmark, so that they are not sent again to who asks from
    /// there on.
    pub(super) older_reviews: usize,
    pub(super) graves: Graves,
}

/// From which number on is asked by who has seen all that there was at this one. What came since has
/// this number or a higher one; but for a client that asked how the account stood before another one
/// finished, and began behind it: what it brought is one below. And what the last sync brought is
/// sent once more, so that its lack shows an account that was put back from a copy.
fn bookmark(usn: i64) -> i64 {
    (usn - 1).max(0)
}

impl State {
    /// Begins a transaction and reads all. `usn` is what `meta` said right before: a row above it
    /// came after a sync that was finished in between, and another one, so that what is stamped
    /// with `usn + 1` would never reach other clients.
    pub(super) fn read(session: &Session<'_>, usn: i64) -> Result<Self, Failure> {
        let mut state = Self::default();
        state.update(session, 0, usn)?;
        Ok(state)
    }

    /// The same, of a state that was kept when the account stood at `kept`: what changed since is
    /// asked for.
    pub(super) fn catch_up(
        &mut self,
        session: &Session<'_>,
        kept: i64,
        usn: i64,
    ) -> Result<(), Failure> {
        self.update(session, bookmark(kept), usn)
    }

    /// Takes all that is numbered so, or higher. What is here of that is let go of, for it is sent
    /// again: what is not sent is not there any more.
    fn update(&mut self, session: &Session<'_>, from: i64, usn: i64) -> Result<(), Failure> {
        self.notes.retain(|_, it| it.usn < from);
        self.cards.retain(|_, it| it.usn < from);
        for objects in [&mut self.note_types, &mut self.decks, &mut self.presets] {
            objects.retain(|_, it| usn_of(it).is_none_or(|it| it < from));
        }
        self.bury(session.start(from)?);
        let nothing = json!({"models": [], "decks": [[], []], "tags": []});
        let changes = session.exchange(&nothing)?;
        let (decks, presets) = changes.decks;
        self.note_types.extend(by_id(changes.models)?);
        self.decks.extend(by_id(decks)?);
        self.presets.extend(by_id(presets)?);
        self.tags.extend(changes.tags);
        self.tags.sort();
        self.tags.dedup();
        if let Some(settings) = changes.conf {
            let next = settings.get("nextPos").and_then(Value::as_i64);
            self.next_position = next.unwrap_or_default();
        }
        self.reviews = self.older_reviews;
        loop {
            let chunk = session.chunk()?;
            let empty = chunk.revlog.is_empty() && chunk.cards.is_empty() && chunk.notes.is_empty();
            self.reviews += chunk.revlog.len();
            let older = chunk.revlog.iter().filter(|it| it.usn < bookmark(usn));
            self.older_reviews += older.count();
            let notes = chunk.notes.into_iter();
            self.notes.extend(notes.map(|it| (it.id, it)));
            let cards = chunk.cards.into_iter();
            self.cards.extend(cards.map(|it| (it.id, it)));
            if chunk.done {
                break;
            }
            if empty {
                let text = "it sends no rows and is not done";
                return Err(Failure::odd("chunk", text));
            }
        }
        match self.newest_usn() > usn {
            true => Err(Failure::Superseded),
            false => Ok(()),
        }
    }

    /// Takes out what was deleted. What was made again since is sent, too.
    fn bury(&mut self, graves: Graves) {
        for id in &graves.notes {
            self.notes.remove(id);
        }
        for id in &graves.cards {
            self.cards.remove(id);
        }
        for id in &graves.decks {
            self.decks.remove(id);
        }
        let known = &mut self.graves;
        for (all, new) in [
            (&mut known.notes, graves.notes),
            (&mut known.cards, graves.cards),
            (&mut known.decks, graves.decks),
        ] {
            all.extend(new);
            all.sort_unstable();
            all.dedup();
        }
    }

    fn newest_usn(&self) -> i64 {
        let objects = self.note_types.values();
        let objects = objects.chain(self.decks.values());
        let objects = objects.chain(self.presets.values());
        let of_objects = objects.filter_map(usn_of);
        let of_notes = self.notes.values().map(|it| it.usn);
        let of_cards = self.cards.values().map(|it| it.usn);
        let all = of_objects.chain(of_notes).chain(of_cards);
        all.max().unwrap_or_default()
    }
}

fn usn_of(object: &Object) -> Option<i64> {
    object.get("usn")?.as_i64()
}

fn by_id(objects: Vec<Object>) -> Result<BTreeMap<i64, Object>, Failure> {
    let with_id = objects.into_iter().map(|it| {
        let id = id(&it).ok_or_else(|| Failure::odd("applyChanges", "an object has no id"))?;
        Ok((id, it))
    });
    with_id.collect()
}

/// The id of an object; older servers write it as text.
pub(super) fn id(object: &Object) -> Option<i64> {
    match object.get("id")? {
        Value::Number(it) => it.as_i64(),
        Value::String(it) => it.parse().ok(),
        _ => None,
    }
}

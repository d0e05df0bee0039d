//! All that a server has of an account, read inside of one transaction.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::failure::Failure;
use super::rows::{CardRow, Graves, NoteRow, Object};
use super::session::Session;

/// What the server has.
#[derive(Debug, Default)]
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
    pub(super) graves: Graves,
}

impl State {
    /// Begins a transaction and reads all. `usn` is what `meta` said right before: a row above it
    /// came after a sync that was finished in between, and another one, so that what is stamped
    /// with `usn + 1` would never reach other clients.
    pub(super) fn read(session: &Session<'_>, usn: i64) -> Result<Self, Failure> {
        let graves = session.start()?;
        let nothing = json!({"models": [], "decks": [[], []], "tags": []});
        let changes = session.exchange(&nothing)?;
        let (decks, presets) = changes.decks;
        let next = changes.conf.as_ref().and_then(|it| it.get("nextPos"));
        let mut state = Self {
            note_types: by_id(changes.models)?,
            decks: by_id(decks)?,
            presets: by_id(presets)?,
            tags: changes.tags,
            next_position: next.and_then(Value::as_i64).unwrap_or_default(),
            graves,
            ..Self::default()
        };
        loop {
            let chunk = session.chunk()?;
            let empty = chunk.revlog.is_empty() && chunk.cards.is_empty() && chunk.notes.is_empty();
            state.reviews += chunk.revlog.len();
            let notes = chunk.notes.into_iter();
            state.notes.extend(notes.map(|it| (it.id, it)));
            let cards = chunk.cards.into_iter();
            state.cards.extend(cards.map(|it| (it.id, it)));
            if chunk.done {
                break;
            }
            if empty {
                let text = "it sends no rows and is not done";
                return Err(Failure::odd("chunk", text));
            }
        }
        match state.newest_usn() > usn {
            true => Err(Failure::Superseded),
            false => Ok(state),
        }
    }

    fn newest_usn(&self) -> i64 {
        let objects = self.note_types.values();
        let objects = objects.chain(self.decks.values());
        let objects = objects.chain(self.presets.values());
        let of_objects = objects.filter_map(|it| it.get("usn")?.as_i64());
        let of_notes = self.notes.values().map(|it| it.usn);
        let of_cards = self.cards.values().map(|it| it.usn);
        let all = of_objects.chain(of_notes).chain(of_cards);
        all.max().unwrap_or_default()
    }
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

//! A difference as JSON.

use serde_json::{Value, json};

use super::{
    Conflict, DeckChange, Difference, Measure, MediaChange, NoteChange, NoteTypeChange,
    PresetChange, Studied,
};

impl Difference {
    /// The difference as an object of JSON on one line. The keys are those that
    /// `docs/packages.md` lists.
    #[must_use]
    pub fn to_json(&self) -> String {
        let refused = self.refused.as_ref().map(|it| {
            json!({
                "package": if it.is_new { "new" } else { "old" },
                "reason": it.why.to_string(),
            })
        });
        let counts = Measure::ALL
            .into_iter()
            .map(|it| (it.name(), self.count(it)));
        let counts: serde_json::Map<String, Value> = counts
            .map(|(name, count)| (name.to_owned(), count.into()))
            .collect();
        let advice = self.advice();
        json!({
            "client": self.client.name(),
            "version": self.client.version(),
            "refused": refused,
            "learner": self.learner.map(|it| json!({
                "studied": it.studied,
                "reviews": it.reviews,
                "own_notes": it.own_notes,
            })),
            "progress_left_out": self.progress_left_out,
            "log": {
                "new": self.log.new,
                "updated": self.log.updated,
                "duplicate": self.log.duplicate,
                "conflicting": self.log.conflicting,
            },
            "counts": counts,
            "notes": self.notes(),
            "note_types": self.note_types(),
            "decks": self.decks(),
            "media": self.media(),
            "presets": self.presets(),
            "advice": {
                "merge_note_types": advice.merge_note_types,
                "always_update_notes": advice.always_update_notes,
                "always_update_note_types": advice.always_update_note_types,
                "import_presets": advice.import_presets,
                "sentence": advice.to_string(),
            },
        })
        .to_string()
    }

    fn notes(&self) -> Value {
        let notes = self.notes.iter().map(|it| {
            let fields = it.fields.iter();
            let staying = it.cards_staying.iter();
            let mut object = json!({
                "guid": it.guid,
                "text": it.text,
                "note_type": it.note_type,
                "change": change(it.change),
                "fields": fields
                    .map(|it| json!({"name": it.name, "old": it.old, "new": it.new}))
                    .collect::<Value>(),
                "tags_added": it.tags_added,
                "tags_lost": it.tags_lost,
                "cards_added": it.cards_added,
                "cards_left": it.cards_left,
                "cards_staying": staying
                    .map(|it| json!({"card": it.ordinal, "deck": it.deck, "wanted": it.wanted}))
                    .collect::<Value>(),
            });
            let emptied = it.cards_emptied.iter().map(|it| {
                json!({
                    "card": it.ordinal,
                    "name": it.name,
                    "reviews": it.progress.reviews,
                    "interval": it.progress.interval,
                    "now": it.now,
                })
            });
            let exchanged = it.cards_exchanged.iter().map(|it| {
                json!({
                    "card": it.ordinal,
                    "reviews": it.progress.reviews,
                    "interval": it.progress.interval,
                    "old": it.old,
                    "new": it.new,
                })
            });
            object["cards_emptied"] = emptied.collect();
            object["cards_exchanged"] = exchanged.collect();
            object["studied"] = studied(it.studied);
            object["says_again"] = it
                .said_again
                .as_ref()
                .map(|it| json!({"guid": it.guid, "studied": studied(it.studied)}))
                .into();
            let why = match it.change {
                NoteChange::Skipped { same_time: true } => Some("same-time"),
                NoteChange::Skipped { same_time: false } => Some("older"),
                NoteChange::Conflicting(Conflict::NoteTypeChanged) => Some("note-type-changed"),
                NoteChange::Conflicting(Conflict::OtherNoteType) => Some("other-note-type"),
                _ => None,
            };
            object["why"] = why.into();
            object
        });
        notes.collect()
    }

    fn note_types(&self) -> Value {
        let note_types = self.note_types.iter().map(|it| {
            let mut object = json!({
                "id": it.id,
                "name": it.name,
                "renamed": it.renamed,
                "kind_changed": it.kind_changed,
                "change": match it.change {
                    NoteTypeChange::Added => "added",
                    NoteTypeChange::Updated { .. } => "updated",
                    NoteTypeChange::Skipped { .. } => "skipped",
                    NoteTypeChange::Copied { .. } => "copied",
                },
            });
            match &it.change {
                NoteTypeChange::Updated {
                    sort_field,
                    cards_generated,
                    templates_rewritten,
                } => {
                    object["sort_field"] = (*sort_field).into();
                    object["cards_generated"] = (*cards_generated).into();
                    object["templates_rewritten"] = (*templates_rewritten).into();
                }
                NoteTypeChange::Skipped { same_time } => {
                    object["why"] = if *same_time { "same-time" } else { "older" }.into();
                }
                NoteTypeChange::Copied { why } => object["why"] = why.as_str().into(),
                NoteTypeChange::Added => {}
            }
            object
        });
        note_types.collect()
    }

    fn decks(&self) -> Value {
        let decks = self.decks.iter().map(|it| match &it.change {
            DeckChange::Added {
                cards,
                renamed_from,
            } => json!({
                "name": it.name,
                "change": "added",
                "cards": cards,
                "renamed_from": renamed_from,
            }),
            DeckChange::Described { old, new } => {
                json!({"name": it.name, "change": "described", "old": old, "new": new})
            }
            DeckChange::Left => json!({"name": it.name, "change": "left"}),
        });
        decks.collect()
    }

    fn media(&self) -> Value {
        let media = self.media.iter().map(|it| {
            let (change, renamed) = match &it.change {
                MediaChange::Added => ("added", None),
                MediaChange::Replaced => ("replaced", None),
                MediaChange::Renamed(name) => ("renamed", Some(name.as_str())),
                MediaChange::Kept => ("kept", None),
                MediaChange::NotSent => ("not-sent", None),
                MediaChange::Unused => ("unused", None),
                MediaChange::Left => ("left", None),
            };
            json!({"name": it.name, "change": change, "renamed": renamed})
        });
        media.collect()
    }

    fn presets(&self) -> Value {
        let presets = self.presets.iter().map(|it| {
            let change = match it.change {
                PresetChange::Added => "added",
                PresetChange::Changed => "changed",
            };
            json!({"id": it.id, "name": it.name, "change": change})
        });
        presets.collect()
    }
}

fn studied(it: Studied) -> Value {
    json!({"cards": it.cards, "reviews": it.reviews})
}

fn change(change: NoteChange) -> &'static str {
    match change {
        NoteChange::Added => "added",
        NoteChange::Updated => "updated",
        NoteChange::Skipped { .. } => "skipped",
        NoteChange::Unchanged => "unchanged",
        NoteChange::Conflicting(_) => "conflicting",
        NoteChange::Removed => "removed",
    }
}

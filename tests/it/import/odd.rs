//! What other programs write into packages, and deckle does not.

use serde_json::{Value, json};

use super::random::Random;
use super::raw::Raw;

#[derive(Debug, Clone, Copy)]
pub(super) enum Oddity {
    NoFieldIds,
    NoTemplateIds,
    SameGuid,
    UnusedDeck,
    UnusedType,
    CardInNoDeck,
    CardsInDefault,
    CardElsewhere,
    CardGone,
    CardTwice,
    CardBeyond,
    NoteWithoutCards,
    FieldCount,
    NoNoteType,
    TypeNameOdd,
    TypeNameTaken,
    TypeNameEmpty,
    FieldNameOdd,
    FieldNameEmpty,
    FieldNamesAlike,
    TemplateNameEmpty,
    SortFieldBeyond,
    KindFlipped,
    FrontBroken,
    FrontSpecial,
    DeckOdd,
    DeckDeep,
    DeckFiltered,
    DeckCase,
    MediaOdd,
    MediaPath,
    MediaUpper,
    MediaMissing,
    MediaTwice,
    OldNotes,
    OldTypes,
    TextBroken,
    TagsOdd,
    ReferencesOdd,
}

const ODDITIES: [Oddity; 39] = [
    Oddity::NoFieldIds,
    Oddity::NoTemplateIds,
    Oddity::SameGuid,
    Oddity::UnusedDeck,
    Oddity::UnusedType,
    Oddity::CardInNoDeck,
    Oddity::CardsInDefault,
    Oddity::CardElsewhere,
    Oddity::CardGone,
    Oddity::CardTwice,
    Oddity::CardBeyond,
    Oddity::NoteWithoutCards,
    Oddity::FieldCount,
    Oddity::NoNoteType,
    Oddity::TypeNameOdd,
    Oddity::TypeNameTaken,
    Oddity::TypeNameEmpty,
    Oddity::FieldNameOdd,
    Oddity::FieldNameEmpty,
    Oddity::FieldNamesAlike,
    Oddity::TemplateNameEmpty,
    Oddity::SortFieldBeyond,
    Oddity::KindFlipped,
    Oddity::FrontBroken,
    Oddity::FrontSpecial,
    Oddity::DeckOdd,
    Oddity::DeckDeep,
    Oddity::DeckFiltered,
    Oddity::DeckCase,
    Oddity::MediaOdd,
    Oddity::MediaPath,
    Oddity::MediaUpper,
    Oddity::MediaMissing,
    Oddity::MediaTwice,
    Oddity::OldNotes,
    Oddity::OldTypes,
    Oddity::TextBroken,
    Oddity::TagsOdd,
    Oddity::ReferencesOdd,
];

impl Oddity {
    pub(super) fn choose(random: &mut Random) -> Self {
        *random.pick(&ODDITIES)
    }

    pub(super) fn apply(self, raw: &mut Raw, random: &mut Random) {
        let notes = raw.ids("notes");
        let cards = raw.ids("cards");
        let (Some(&note), Some(&card)) = (at(&notes, random), at(&cards, random)) else {
            return;
        };
        let other = *at(&notes, random).unwrap();
        match self {
            Self::NoFieldIds => one_type(raw, random, |it| each(it, "flds", |it| it["id"] = Value::Null)),
            Self::NoTemplateIds => one_type(raw, random, |it| each(it, "tmpls", |it| it["id"] = Value::Null)),
            Self::SameGuid => raw.run(&format!(
                "update notes set guid = (select guid from notes where id = {other}) where id = {note}"
            )),
            Self::UnusedDeck => raw.json("decks", |decks| {
                let mut deck = decks.as_object().unwrap().values().next().unwrap().clone();
                deck["id"] = json!(4242);
                deck["name"] = json!("Unused::Deck");
                decks["4242"] = deck;
            }),
            Self::UnusedType => raw.json("models", |types| {
                let mut it = types.as_object().unwrap().values().next().unwrap().clone();
                it["id"] = json!(4242);
                it["name"] = json!("Unused type");
                types["4242"] = it;
            }),
            Self::CardInNoDeck => raw.run(&format!("update cards set did = 555 where id = {card}")),
            Self::CardsInDefault => raw.run("update cards set did = 1"),
            Self::CardElsewhere => raw.run(&format!(
                "update cards set did = (select did from cards where nid = {other}) where id = {card}"
            )),
            Self::CardGone => raw.run(&format!("delete from cards where id = {card}")),
            Self::CardTwice => raw.run(&copy_card(card, "ord", "nid")),
            Self::CardBeyond => raw.run(&copy_card(card, "7", "nid")),
            Self::NoteWithoutCards => raw.run(&format!("delete from cards where nid = {note}")),
            Self::FieldCount => raw.run(&format!("update notes set flds = 'one' where id = {note}")),
            Self::NoNoteType => raw.run(&format!("update notes set mid = 999 where id = {note}")),
            Self::TypeNameOdd => one_type(raw, random, |it| it["name"] = json!(format!(" Ty\"pe e\u{301} {}", it["id"]))),
            Self::TypeNameTaken => raw.json("models", |types| {
                let types = types.as_object_mut().unwrap();
                let index = random.below(types.len());
                // Of two note types of one name in one package Anki renames either.
                let named = |it: &Value| it["name"].as_str().unwrap().eq_ignore_ascii_case("basic");
                if !types.values().any(named) {
                    types.values_mut().nth(index).unwrap()["name"] = json!("basic");
                }
            }),
            Self::TypeNameEmpty => one_type(raw, random, |it| it["name"] = json!("\"")),
            Self::FieldNameOdd => one_type(raw, random, |it| it["flds"][0]["name"] = json!("#Fi{el}d:")),
            Self::FieldNameEmpty => one_type(raw, random, |it| it["flds"][0]["name"] = json!("{}")),
            Self::FieldNamesAlike => one_type(raw, random, |it| {
                each(it, "flds", |it| it["name"] = json!("Same"));
            }),
            Self::TemplateNameEmpty => one_type(raw, random, |it| it["tmpls"][0]["name"] = json!("\"\"")),
            Self::SortFieldBeyond => one_type(raw, random, |it| it["sortf"] = json!(9)),
            Self::KindFlipped => one_type(raw, random, |it| {
                it["type"] = json!(1 - it["type"].as_i64().unwrap());
            }),
            Self::FrontBroken => one_type(raw, random, |it| it["tmpls"][0]["qfmt"] = json!("{{#x}}")),
            Self::FrontSpecial => {
                let front = *random.pick(&["{{Deck}}", "{{Tags}}", "{{FrontSide}}", "{{Type}}{{c1}}", "plain"]);
                one_type(raw, random, |it| each(it, "tmpls", |it| it["qfmt"] = json!(front)));
            }
            Self::DeckOdd => one_deck(raw, random, |it| it["name"] = json!(" Odd :: ::e\u{301}:")),
            Self::DeckDeep => {
                let levels = 9 + random.below(6);
                let name: Vec<String> = (0..levels).map(|level| format!("d{level}")).collect();
                one_deck(raw, random, |it| it["name"] = json!(name.join("::")));
            }
            Self::DeckFiltered => one_deck(raw, random, |it| {
                it["dyn"] = json!(1);
                it["resched"] = json!(true);
                it["terms"] = json!([["", 10, 0]]);
                it["separate"] = json!(true);
                it["previewDelay"] = json!(10);
            }),
            Self::DeckCase => one_deck(raw, random, |it| {
                let name = it["name"].as_str().unwrap().to_uppercase();
                it["name"] = json!(name);
            }),
            Self::MediaOdd => {
                let name = *random.pick(&["a:b<c>.png", " x .", "con.png", "o\u{301}.png", "a\u{a0}b.png", "[x].mp3", "🥰s.png"]);
                rename_media(raw, random, name, note);
            }
            Self::MediaPath => {
                let name = *random.pick(&["a/b.png", "..", "", "/"]);
                rename_media(raw, random, name, note);
            }
            Self::MediaUpper => {
                let name = *random.pick(&["A.png", "a.PNG", "B.MP3", "big.png"]);
                rename_media(raw, random, name, note);
            }
            Self::MediaMissing => {
                // Of two entries of one name Anki takes either.
                if let Some((_, name)) = at(&raw.names, random) {
                    for (entry, _) in raw.names.iter().filter(|it| it.1 == *name) {
                        raw.files.remove(entry);
                    }
                }
            }
            Self::MediaTwice => {
                if let Some((_, name)) = at(&raw.names, random).cloned() {
                    let entry = raw.names.len().to_string();
                    // The same content: of two different ones Anki takes either.
                    let mut same = raw.names.iter().filter(|it| it.1 == name);
                    let bytes = same.next().and_then(|it| raw.files.get(&it.0)).cloned();
                    let Some(bytes) = bytes else {
                        return;
                    };
                    raw.files.insert(entry.clone(), bytes);
                    raw.names.push((entry, name));
                }
            }
            Self::OldNotes => raw.run("update notes set mod = mod - 1000"),
            Self::OldTypes => one_type(raw, random, |it| it["mod"] = json!(1)),
            Self::TextBroken => raw.run(&format!(
                "update notes set flds = replace(flds, 'text', '<img src=' || char(34) || 'a.png') where id = {note}"
            )),
            Self::TagsOdd => raw.run(&format!("update notes set tags = 'a  B::\u{3000}b::c LEECH marked A' where id = {note}")),
            Self::ReferencesOdd => raw.run(&format!(
                "update notes set mod = mod + {}, flds = replace(flds, 'text', '<img src=A.PNG > [sound:a:b.mp3] \
                 <img src=\"http://x/y:z.png\"><img src=\"c&amp;d.png\"><img src=\"\">') where id = {note}",
                random.below(2) * 500
            )),
        }
    }
}

fn at<'a, T>(all: &'a [T], random: &mut Random) -> Option<&'a T> {
    all.get(random.below(all.len()))
}

fn one_type(raw: &Raw, random: &mut Random, change: impl FnOnce(&mut Value)) {
    raw.json("models", |types| {
        let types = types.as_object_mut().unwrap();
        let index = random.below(types.len());
        change(types.values_mut().nth(index).unwrap());
    });
}

fn one_deck(raw: &Raw, random: &mut Random, change: impl FnOnce(&mut Value)) {
    raw.json("decks", |decks| {
        let decks = decks.as_object_mut().unwrap();
        let own: Vec<String> = decks.keys().filter(|id| *id != "1").cloned().collect();
        if let Some(id) = at(&own, random) {
            change(&mut decks[id]);
        }
    });
}

fn each(value: &mut Value, key: &str, change: impl Fn(&mut Value)) {
    value[key]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .for_each(change);
}

fn copy_card(card: i64, ordinal: &str, note: &str) -> String {
    format!(
        "insert into cards select (select max(id) + 1 from cards), {note}, did, {ordinal}, mod, usn, type, queue, due, ivl, \
         factor, reps, lapses, left, odue, odid, flags, data from cards where id = {card}"
    )
}

/// Gives a media file another name, which a note names.
fn rename_media(raw: &mut Raw, random: &mut Random, name: &str, note: i64) {
    let index = random.below(raw.names.len());
    let Some(media) = raw.names.get_mut(index) else {
        return;
    };
    if raw_has(&media.1, name) {
        return;
    }
    media.1 = name.to_owned();
    raw.database
        .execute(
            "update notes set flds = replace(flds, 'text', '[sound:' || ?1 || ']text') where id = ?2",
            (name, note),
        )
        .unwrap();
}

fn raw_has(one: &str, other: &str) -> bool {
    one == other
}

//! The texts of cards, for a script that looks through them: in files of a few thousand cards each, so that
//! a page is there before they are read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::card::ShownCard;
use super::{FLAGS, STATES, state_number};

/// So many cards are in a file.
const TOGETHER: usize = 5_000;
/// So many cards are looked through: what a browser reads in some seconds.
const MOST: usize = 200_000;

/// What is found of a card.
pub(super) struct Record {
    anchor: String,
    note_type: i64,
    flag: u8,
    state: usize,
    tags: Vec<String>,
    question: String,
    answer: String,
    place: String,
}

impl Record {
    pub(super) fn of(card: &ShownCard<'_>) -> Self {
        let place = card.origin.map(|it| it.place.clone());
        Self {
            anchor: card.anchor(),
            note_type: card.note_type.id,
            flag: card.flag,
            state: state_number(card.state),
            tags: card.note.tags().map(str::to_owned).collect(),
            question: card.text.0.clone(),
            answer: card.text.1.clone(),
            place: place.unwrap_or_default(),
        }
    }
}

/// A page with the cards on it.
pub(super) struct SearchedPage {
    /// Its path, as seen from the index.
    pub(super) path: String,
    pub(super) deck: String,
    pub(super) records: Vec<Record>,
}

/// The files, by their names: first what all of them go by, then the cards.
pub(super) fn files(
    pages: &[SearchedPage],
    types: &BTreeMap<i64, String>,
) -> Vec<(String, String)> {
    let records = || pages.iter().flat_map(|it| &it.records);
    let mut tags: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in records().flat_map(|it| &it.tags) {
        tags.entry(tag).or_default();
    }
    for (number, at) in tags.values_mut().enumerate() {
        *at = number;
    }
    let type_numbers: BTreeMap<i64, usize> = types.keys().copied().zip(0..).collect();
    let mut rows: Vec<Value> = Vec::new();
    let mut files = Vec::new();
    let mut count = 0;
    let mut close = |rows: &mut Vec<Value>| {
        let number = files.len();
        let list = Value::Array(std::mem::take(rows));
        files.push((
            format!("{number}.js"),
            format!("deckleCards({number},{list});\n"),
        ));
    };
    for (number, page) in pages.iter().enumerate() {
        for it in &page.records {
            if count == MOST {
                break;
            }
            count += 1;
            let own: Vec<usize> = it
                .tags
                .iter()
                .filter_map(|tag| tags.get(tag.as_str()).copied())
                .collect();
            rows.push(json!([
                number,
                it.anchor,
                type_numbers.get(&it.note_type).copied().unwrap_or_default(),
                it.flag,
                it.state,
                own,
                it.question,
                it.answer,
                it.place,
            ]));
            if rows.len() == TOGETHER {
                close(&mut rows);
            }
        }
    }
    if !rows.is_empty() {
        close(&mut rows);
    }
    let head = json!({
        "pages": pages.iter().map(|it| json!([it.path, it.deck])).collect::<Vec<_>>(),
        "types": types.values().collect::<Vec<_>>(),
        "tags": tags.keys().collect::<Vec<_>>(),
        "flags": FLAGS,
        "states": STATES,
        "parts": files.len(),
        "left": records().count() - count,
    });
    files.insert(0, ("head.js".to_owned(), format!("deckleHead({head});\n")));
    files
}

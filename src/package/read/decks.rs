//! Decks: from `col.decks` in schemas up to 14, from a table of their own since.

use super::container::damaged;
use super::json::Object;
use super::note_types::other;
use super::store::Store;
use super::{FilterTerm, StoredDeck, StoredDeckKind};
use crate::Error;
use crate::package::proto::{DeckCommon, DeckKind, Kind};

/// What stands between the levels of a name in the table.
const LEVEL: char = '\u{1f}';

/// Sorted by id.
pub(super) fn read(store: &Store, decks: &str) -> Result<Vec<StoredDeck>, Error> {
    let mut found = match store.has_table("decks")? {
        true => from_table(store)?,
        false => from_json(decks)?,
    };
    found.sort_by_key(|deck| deck.id);
    Ok(found)
}

fn from_json(decks: &str) -> Result<Vec<StoredDeck>, Error> {
    if decks.is_empty() {
        return Ok(Vec::new());
    }
    Object::parse("the column `decks`", decks)?
        .into_entries("deck")
        .map(|(what, key, text)| deck(&what, &key, text))
        .collect()
}

fn deck(what: &str, key: &str, text: &str) -> Result<StoredDeck, Error> {
    let mut object = Object::parse(what, text)?;
    let id = object.integer("id")?.or_else(|| key.parse().ok());
    let kind = if object.switch("dyn")?.unwrap_or_default() {
        StoredDeckKind::Filtered {
            reschedule: object.switch("resched")?.unwrap_or_default(),
            terms: terms(&mut object)?,
        }
    } else {
        let percent: Option<u8> = object.narrow("desiredRetention")?;
        StoredDeckKind::Normal {
            preset: object.integer("conf")?.unwrap_or(1),
            new_limit: object.narrow("newLimit")?,
            review_limit: object.narrow("reviewLimit")?,
            desired_retention: percent.map(|percent| f32::from(percent) / 100.0),
        }
    };
    // What a learner did today, and what an import ignores.
    object.drop(&[
        "usn",
        "lrnToday",
        "revToday",
        "newToday",
        "timeToday",
        "browserCollapsed",
        "extendNew",
        "extendRev",
        "newLimitToday",
        "reviewLimitToday",
        "conf",
        "desiredRetention",
        "newLimit",
        "reviewLimit",
        "separate",
        "delays",
        "previewDelay",
        "previewAgainSecs",
        "previewHardSecs",
        "previewGoodSecs",
    ]);
    Ok(StoredDeck {
        id: id.ok_or_else(|| damaged(format!("{what} of the package has no id")))?,
        name: object.required_text("name")?,
        modified: object.integer("mod")?.unwrap_or_default(),
        description: object.text("desc")?,
        markdown_description: object.switch("md")?.unwrap_or_default(),
        collapsed: object.switch("collapsed")?.unwrap_or_default(),
        kind,
        other: object.rest(),
    })
}

/// Searches of schema 11: lists of search, limit and order.
fn terms(object: &mut Object<'_>) -> Result<Vec<FilterTerm>, Error> {
    let terms: Option<Vec<(String, u32, u32)>> =
        object.value("terms", "a list of searches with limit and order")?;
    let term = |(search, limit, order)| FilterTerm {
        search,
        limit,
        order,
    };
    Ok(terms.into_iter().flatten().map(term).collect())
}

fn from_table(store: &Store) -> Result<Vec<StoredDeck>, Error> {
    let mut found = Vec::new();
    let columns = ["id", "name", "mtime_secs", "common", "kind"];
    store.each("decks", &columns, |row| {
        row.in_a_list(found.len())?;
        let id = row.integer(0)?;
        let common: DeckCommon = row.message(3)?;
        let kind: DeckKind = row.message(4)?;
        let (description, markdown_description, kind) = match kind.kind {
            Some(Kind::Normal(normal)) => {
                let kind = StoredDeckKind::Normal {
                    preset: normal.config_id,
                    new_limit: normal.new_limit,
                    review_limit: normal.review_limit,
                    desired_retention: normal.desired_retention,
                };
                (normal.description, normal.markdown_description, kind)
            }
            Some(Kind::Filtered(filtered)) => {
                let terms = filtered.search_terms.into_iter().map(|term| FilterTerm {
                    search: term.search,
                    limit: term.limit,
                    order: u32::try_from(term.order).unwrap_or_default(),
                });
                let kind = StoredDeckKind::Filtered {
                    reschedule: filtered.reschedule,
                    terms: terms.collect(),
                };
                (String::new(), false, kind)
            }
            None => {
                return Err(damaged(format!(
                    "deck {id} of the package is neither normal nor filtered; Anki does not \
                     import such a package"
                )));
            }
        };
        found.push(StoredDeck {
            id,
            name: row.text(1)?.replace(LEVEL, "::"),
            modified: row.integer(2)?,
            description,
            markdown_description,
            collapsed: common.study_collapsed,
            kind,
            other: other(common.other),
        });
        Ok(())
    })?;
    Ok(found)
}

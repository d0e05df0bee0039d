//! The tables of schema 11: note types, decks, presets and settings are JSON in one row.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use super::collection::{CREATED, Collection};
use super::database::failed;
use super::plan::Plan;
use crate::Error;

pub(super) const GRAVES: &str = "CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, \
    type integer NOT NULL)";

const INSERT_COL: &str = "INSERT INTO col VALUES (1, ?1, ?2, ?2, 11, 0, 0, 0, ?3, ?4, ?5, ?6, ?7)";

pub(super) fn insert(connection: &Connection, plan: &Plan<'_>) -> Result<(), Error> {
    let collection = Collection::new(plan);
    let models = plan.note_types.iter().map(|row| (row.id, row));
    let decks = collection.decks.iter().map(|row| (row.id, row));
    let presets = collection.presets.iter().map(|row| (row.id, row.json()));
    let tags: BTreeMap<&str, i32> = plan.tags.iter().map(|tag| (tag.as_str(), -1)).collect();
    let values = (
        CREATED,
        collection.modified,
        json(&collection.conf)?,
        by_id(models)?,
        by_id(decks)?,
        by_id(presets)?,
        json(&tags)?,
    );
    let inserted = connection.execute(INSERT_COL, values);
    inserted.map(|_| ()).map_err(failed("writing the settings"))
}

/// An object with ids as its keys.
fn by_id<T: Serialize>(values: impl Iterator<Item = (i64, T)>) -> Result<String, Error> {
    let map: BTreeMap<String, T> = values.map(|(id, value)| (id.to_string(), value)).collect();
    json(&map)
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| {
        Error::usage("the package's settings cannot be written as JSON").caused_by(source)
    })
}

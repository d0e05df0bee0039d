//! The tables of schema 18: note types, decks, presets and settings have rows of their own, with
//! blobs for what is not looked up.

use std::cmp::Ordering;

use prost::Message;
use rusqlite::{Connection, params};
use unicase::UniCase;

use super::collection::{CREATED, Collection};
use super::database::failed;
use super::note_type_blobs::{self, number};
use super::plan::Plan;
use crate::Error;

/// Tables that schema 11 does not have, or has otherwise.
const NOTE_TYPES: &str = "CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, \
    name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, \
    config blob NOT NULL)";
const FIELDS: &str = "CREATE TABLE fields (ntid integer NOT NULL, \
    ord integer NOT NULL, name text NOT NULL COLLATE unicase, config blob NOT NULL, \
    PRIMARY KEY (ntid, ord)) WITHOUT ROWID";
const TEMPLATES: &str = "CREATE TABLE templates (ntid integer NOT NULL, \
    ord integer NOT NULL, name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, \
    usn integer NOT NULL, config blob NOT NULL, PRIMARY KEY (ntid, ord)) WITHOUT ROWID";
const DECKS: &str = "CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, \
    name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, \
    common blob NOT NULL, kind blob NOT NULL)";
const DECK_CONFIG: &str = "CREATE TABLE deck_config (id integer PRIMARY KEY NOT NULL, \
    name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, \
    config blob NOT NULL)";
const CONFIG: &str = "CREATE TABLE config (KEY text NOT NULL PRIMARY KEY, \
    usn integer NOT NULL, mtime_secs integer NOT NULL, val blob NOT NULL) WITHOUT ROWID";
const TAGS: &str = "CREATE TABLE tags (tag text NOT NULL PRIMARY KEY COLLATE unicase, \
    usn integer NOT NULL, collapsed boolean NOT NULL, config blob NULL) WITHOUT ROWID";
const GRAVES: &str = "CREATE TABLE graves (oid integer NOT NULL, type integer NOT NULL, \
    usn integer NOT NULL, PRIMARY KEY (oid, type)) WITHOUT ROWID";

pub(super) const TABLES: &[&str] = &[
    NOTE_TYPES,
    FIELDS,
    TEMPLATES,
    DECKS,
    DECK_CONFIG,
    CONFIG,
    TAGS,
    GRAVES,
];

/// The index of notes that schema 11 does not have.
pub(super) const NOTE_INDEX: &str = "CREATE INDEX idx_notes_mid ON notes (mid);";

/// The index of cards that schema 11 does not have.
pub(super) const CARD_INDEX: &str = "CREATE INDEX idx_cards_odid ON cards (odid) WHERE odid != 0;";

/// The other indexes that schema 11 does not have.
pub(super) const INDEXES: &str = "
    CREATE INDEX idx_graves_pending ON graves (usn);
    CREATE UNIQUE INDEX idx_notetypes_name ON notetypes (name);
    CREATE INDEX idx_notetypes_usn ON notetypes (usn);
    CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
    CREATE UNIQUE INDEX idx_templates_name_ntid ON templates (name, ntid);
    CREATE INDEX idx_templates_usn ON templates (usn);
    CREATE UNIQUE INDEX idx_decks_name ON decks (name);";

const INSERT_COL: &str = "INSERT INTO col VALUES (1, ?1, ?2, ?2, 18, 0, 0, 0, '', '', '', '', '')";
const INSERT_NOTE_TYPE: &str = "INSERT INTO notetypes VALUES (?1, ?2, ?3, -1, ?4)";
const INSERT_FIELD: &str = "INSERT INTO fields VALUES (?1, ?2, ?3, ?4)";
const INSERT_TEMPLATE: &str = "INSERT INTO templates VALUES (?1, ?2, ?3, ?4, -1, ?5)";
const INSERT_DECK: &str = "INSERT INTO decks VALUES (?1, ?2, ?3, -1, ?4, ?5)";
const INSERT_PRESET: &str = "INSERT INTO deck_config VALUES (?1, ?2, ?3, -1, ?4)";
const INSERT_CONFIG: &str = "INSERT INTO config VALUES (?1, 0, 0, ?2)";
/// Anki shows new tags collapsed.
const INSERT_TAG: &str = "INSERT INTO tags VALUES (?1, -1, 1, NULL)";

/// What stands between the levels of a deck's name.
const LEVEL: &str = "\u{1f}";

/// Teaches the connection how Anki orders names. An index in another order would make the whole
/// file a damaged one (measured on Anki 26.9.3 and 25.9.2).
pub(super) fn add_collation(connection: &Connection) -> Result<(), Error> {
    connection
        .create_collation("unicase", by_unicase)
        .map_err(failed("ordering names"))
}

fn by_unicase(one: &str, other: &str) -> Ordering {
    UniCase::new(one).cmp(&UniCase::new(other))
}

pub(super) fn insert(connection: &Connection, plan: &Plan<'_>) -> Result<(), Error> {
    let collection = Collection::new(plan);
    let conf = serde_json::to_value(&collection.conf).map_err(|source| {
        Error::usage("the package's settings cannot be written as JSON").caused_by(source)
    })?;
    let failed = failed("writing the settings");
    connection
        .execute(INSERT_COL, params![CREATED, collection.modified])
        .map_err(failed)?;
    for (key, value) in conf.as_object().into_iter().flatten() {
        connection
            .execute(INSERT_CONFIG, params![key, value.to_string().as_bytes()])
            .map_err(failed)?;
    }
    insert_note_types(connection, plan).map_err(failed)?;
    insert_decks(connection, &collection).map_err(failed)?;
    let mut tags = connection.prepare(INSERT_TAG).map_err(failed)?;
    for tag in &plan.tags {
        tags.execute([tag.as_str()]).map_err(failed)?;
    }
    Ok(())
}

fn insert_note_types(connection: &Connection, plan: &Plan<'_>) -> rusqlite::Result<()> {
    for row in &plan.note_types {
        let config = note_type_blobs::note_type(row).encode_to_vec();
        let values = params![row.id, row.name, row.modified, config];
        connection.execute(INSERT_NOTE_TYPE, values)?;
        for field in &row.flds {
            let config = note_type_blobs::field(field).encode_to_vec();
            let values = params![row.id, number(field.ord), field.name, config];
            connection.execute(INSERT_FIELD, values)?;
        }
        for template in &row.tmpls {
            let config = note_type_blobs::template(template).encode_to_vec();
            let ord = number(template.ord);
            let values = params![row.id, ord, template.name, row.modified, config];
            connection.execute(INSERT_TEMPLATE, values)?;
        }
    }
    Ok(())
}

fn insert_decks(connection: &Connection, collection: &Collection<'_>) -> rusqlite::Result<()> {
    for row in &collection.decks {
        let name = row.name.replace("::", LEVEL);
        let common = row.common().encode_to_vec();
        let kind = row.kind().encode_to_vec();
        let values = params![row.id, name, row.modified, common, kind];
        connection.execute(INSERT_DECK, values)?;
    }
    for row in &collection.presets {
        let config = row.config().encode_to_vec();
        let values = params![row.id, row.name(), row.modified, config];
        connection.execute(INSERT_PRESET, values)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_by_folded_letters() {
        let check = |one: &str, other: &str, expect: Ordering| {
            assert_eq!(by_unicase(one, other), expect, "{one:?} {other:?}");
            assert_eq!(
                by_unicase(other, one),
                expect.reverse(),
                "{one:?} {other:?}"
            );
        };
        check("a", "A", Ordering::Equal);
        check("é1", "É2", Ordering::Less);
        check("É", "é", Ordering::Equal);
        check("Straße", "STRASSE", Ordering::Equal);
        check("Z", "a", Ordering::Greater);
        check("a\u{1f}b", "A", Ordering::Greater);
        check("a\u{1f}b", "a b", Ordering::Less);
        check("я", "Я", Ordering::Equal);
        check("z", "é", Ordering::Less);
    }
}

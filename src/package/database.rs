//! The collection as a SQLite database, in memory or in a temporary file: what both schemas share.

use std::io::Read;

use rusqlite::{Connection, MAIN_DB, OpenFlags, Statement};

use super::note_rows::NoteRow;
use super::plan::Plan;
use super::{Format, schema_11, schema_18};
use crate::files::Scratch;
use crate::observe::{Count, Observed};
use crate::{Error, ErrorKind};

/// Tables that are the same in both schemas.
const COL: &str = "CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, \
    mod integer NOT NULL, scm integer NOT NULL, ver integer NOT NULL, dty integer NOT NULL, \
    usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL, models text NOT NULL, \
    decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL)";
/// `sfld` is an integer so that texts which are numbers sort as such.
const NOTES: &str = "CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, \
    mid integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL, tags text NOT NULL, \
    flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL, flags integer NOT NULL, \
    data text NOT NULL)";
const CARDS: &str = "CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, \
    did integer NOT NULL, ord integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL, \
    type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL, ivl integer NOT NULL, \
    factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL, \
    left integer NOT NULL, odue integer NOT NULL, odid integer NOT NULL, \
    flags integer NOT NULL, data text NOT NULL)";
const REVLOG: &str = "CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, \
    usn integer NOT NULL, ease integer NOT NULL, ivl integer NOT NULL, \
    lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, \
    type integer NOT NULL)";

/// No import needs them, but other readers expect them. Made behind the rows: filling them along
/// with the rows takes as long and leaves larger pages (measured).
const INDEXES: &str = "
    CREATE INDEX ix_notes_usn ON notes (usn);
    CREATE INDEX ix_cards_usn ON cards (usn);
    CREATE INDEX ix_revlog_usn ON revlog (usn);
    CREATE INDEX ix_cards_nid ON cards (nid);
    CREATE INDEX ix_cards_sched ON cards (did, queue, due);
    CREATE INDEX ix_revlog_cid ON revlog (cid);
    CREATE INDEX ix_notes_csum ON notes (csum);";

/// Nobody else sees the database, and a build that fails starts anew: no journal, no locks.
const SETTINGS: &str = "
    PRAGMA page_size = 4096;
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA temp_store = MEMORY;";

const INSERT_NOTE: &str = "INSERT INTO notes VALUES (?1, ?2, ?3, ?4, -1, ?5, ?6, ?7, ?8, 0, '')";
const INSERT_CARD: &str =
    "INSERT INTO cards VALUES (?1, ?2, ?3, ?4, ?5, -1, 0, ?6, ?7, 0, 0, 0, 0, 0, 0, 0, ?8, '')";

/// So many notes are worked out at a time.
const CHUNK: usize = 512;

/// Up to about so many bytes it is made in memory; a larger one in a temporary file, so that memory
/// does not grow with the database.
const LARGEST_IN_MEMORY: usize = 4 << 20;
/// What the rows of a note and its card take beside the text of the fields, indexes counted
/// (measured: 170 to 240).
const ROW_BYTES: usize = 220;

/// The file's name, where there is one.
const FILE: &str = "collection";

/// A finished database.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    /// `None` in memory.
    folder: Option<Scratch>,
    cards: usize,
}

impl Database {
    pub(super) fn build(
        plan: &Plan<'_>,
        format: Format,
        observed: &Observed,
    ) -> Result<Self, Error> {
        let sizes = plan.notes.iter();
        let sizes = sizes.map(|it| it.note.fields.joined().len() + ROW_BYTES);
        let in_memory = sizes.sum::<usize>() <= LARGEST_IN_MEMORY;
        Self::build_in(in_memory, plan, format, observed)
    }

    fn build_in(
        in_memory: bool,
        plan: &Plan<'_>,
        format: Format,
        observed: &Observed,
    ) -> Result<Self, Error> {
        let (connection, folder) = if in_memory {
            (open()?, None)
        } else {
            let folder = Scratch::new()?;
            let connection =
                Connection::open(folder.path().join(FILE)).map_err(failed("opening"))?;
            (connection, Some(folder))
        };
        let failed = failed("writing the tables");
        connection.execute_batch(SETTINGS).map_err(failed)?;
        let (own_tables, own_indexes) = match format {
            Format::Legacy => (&[schema_11::GRAVES][..], ""),
            Format::Latest => {
                schema_18::add_collation(&connection)?;
                (schema_18::TABLES, schema_18::INDEXES)
            }
        };
        let tables = [&[COL, NOTES, CARDS, REVLOG], own_tables]
            .concat()
            .join(";");
        connection
            .execute_batch(&format!("BEGIN;{tables};"))
            .map_err(failed)?;
        match format {
            Format::Legacy => schema_11::insert(&connection, plan)?,
            Format::Latest => schema_18::insert(&connection, plan)?,
        }
        let cards = insert_notes(&connection, plan, observed).map_err(failed)?;
        connection.execute_batch(INDEXES).map_err(failed)?;
        connection.execute_batch(own_indexes).map_err(failed)?;
        connection.execute_batch("COMMIT").map_err(failed)?;
        Ok(Self {
            connection,
            folder,
            cards,
        })
    }

    /// How many cards are in it.
    pub(super) fn cards(&self) -> usize {
        self.cards
    }

    /// Lets the bytes of the database file be read; how many they are is said beforehand.
    pub(super) fn read<T>(
        mut self,
        read: impl FnOnce(&mut dyn Read, u64) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(folder) = &self.folder else {
            let image = self.connection.serialize(MAIN_DB);
            let image = image.map_err(failed("handing out its file"))?;
            return read(&mut &*image, image.len() as u64);
        };
        let closed = self.connection.close();
        closed.map_err(|(_, source)| failed("closing its file")(source))?;
        let (mut file, size) = folder.open(FILE)?;
        read(&mut file, size)
    }
}

/// An empty database that is one block of memory, as a file would be: its bytes can then be
/// read in place, where an ordinary database in memory has to be copied.
pub(super) fn open() -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Without a slash in front the name is nobody else's.
    Connection::open_with_flags("file:deckle?vfs=memdb", flags).map_err(failed("opening"))
}

pub(super) fn failed(at: &'static str) -> impl Fn(rusqlite::Error) -> Error + Copy {
    move |source| Error::new(ErrorKind::Database(at.to_owned())).caused_by(source)
}

/// Rows are inserted by this thread and worked out by another one, a chunk ahead.
fn insert_notes(
    connection: &Connection,
    plan: &Plan<'_>,
    observed: &Observed,
) -> rusqlite::Result<usize> {
    let mut rows = Rows {
        notes: connection.prepare(INSERT_NOTE)?,
        cards: connection.prepare(INSERT_CARD)?,
        last_card: 0,
        count: 0,
    };
    let work_out = |chunk: &[u32]| -> Vec<NoteRow<'_>> {
        let planned = chunk.iter().filter_map(|at| plan.notes.get(*at as usize));
        planned.map(|it| NoteRow::new(plan, it)).collect()
    };
    let mut ready = Vec::new();
    for chunk in plan.row_order.chunks(CHUNK) {
        let mut next = Vec::new();
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| next = work_out(chunk));
            rows.insert_all(&ready)
        })?;
        observed.counts(Count::Stored, ready.len());
        ready = next;
    }
    rows.insert_all(&ready)?;
    observed.counts(Count::Stored, ready.len());
    Ok(rows.count)
}

struct Rows<'a> {
    notes: Statement<'a>,
    cards: Statement<'a>,
    last_card: i64,
    count: usize,
}

impl Rows<'_> {
    fn insert_all(&mut self, rows: &[NoteRow<'_>]) -> rusqlite::Result<()> {
        rows.iter().try_for_each(|row| self.insert(row))
    }

    fn insert(&mut self, row: &NoteRow<'_>) -> rusqlite::Result<()> {
        self.notes.execute((
            row.id,
            row.guid,
            row.note_type,
            row.modified,
            &row.tags,
            &*row.fields,
            &row.sort_field,
            row.checksum,
        ))?;
        for card in &row.cards {
            // Notes stand far enough apart unless a program gave them ids of its own; then the
            // next free id will do, because imports know a card by its note and ord.
            let id = row.id + i64::from(card.ord);
            self.last_card = id.max(self.last_card + 1);
            self.cards.execute((
                self.last_card,
                row.id,
                card.deck,
                card.ord,
                row.modified,
                if card.suspended { -1 } else { 0 },
                row.position,
                row.flags,
            ))?;
            self.count += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BuildTime, Deck, Note, NoteType};

    #[test]
    fn a_file_holds_what_memory_holds() {
        let basic = NoteType::basic();
        let mut deck = Deck::new("A");
        for index in 0..20_000 {
            let fields = [format!("question {index}"), format!("answer {index}")];
            deck.add(Note::new(&basic).fields(fields)).unwrap();
        }
        let plan = Plan::new(
            std::slice::from_ref(&deck),
            BuildTime::from_unix(1_700_000_000),
            None,
        )
        .unwrap();
        for format in [Format::Legacy, Format::Latest] {
            let [memory, file] = [true, false].map(|in_memory| {
                let observed = Observed::default();
                let database = Database::build_in(in_memory, &plan, format, &observed).unwrap();
                let mut bytes = Vec::new();
                let size = database.read(|reader, size| {
                    reader.read_to_end(&mut bytes).unwrap();
                    Ok(size)
                });
                assert_eq!(size.unwrap(), bytes.len() as u64);
                bytes
            });
            assert!(memory == file, "{format:?}");
        }
    }
}

//! The collection as a SQLite database, in memory or in a temporary file: what both schemas share.

use std::io::Read;

use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::plan::Plan;
use super::{Format, insertion, schema_11, schema_18};
use crate::files::Scratch;
use crate::observe::Observed;
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

/// No import needs indexes, but other readers expect them. Made behind the rows: filling them along
/// with the rows takes as long and leaves larger pages (measured).
const NOTE_INDEXES: &str = "
    CREATE INDEX ix_notes_usn ON notes (usn);
    CREATE INDEX ix_notes_csum ON notes (csum);
    CREATE INDEX ix_revlog_usn ON revlog (usn);
    CREATE INDEX ix_revlog_cid ON revlog (cid);";
const CARD_INDEXES: &str = "
    CREATE INDEX ix_cards_usn ON cards (usn);
    CREATE INDEX ix_cards_nid ON cards (nid);
    CREATE INDEX ix_cards_sched ON cards (did, queue, due);";

/// Nobody else sees the database, and a build that fails starts anew: no journal, no locks. What is
/// sorted for an index and does not fit into the cache waits in a temporary file, SQLite's default:
/// in memory it would be a block for each note, and sorting all at once would miss the processor's
/// caches.
const SETTINGS: &str = "
    PRAGMA page_size = 4096;
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA locking_mode = EXCLUSIVE;";

/// How many kibibytes of a database SQLite holds: little of one that is in memory anyway and would be
/// there twice; of a file so much that the indexes of 100,000 notes are sorted in it (measured: with
/// less these take longer, and the process is no smaller).
const CACHE_IN_MEMORY: &str = "PRAGMA cache_size = -500;";
const CACHE_OF_FILE: &str = "PRAGMA cache_size = -4000;";

/// Up to about so many bytes it is made in memory; a larger one in a temporary file, so that memory
/// does not grow with the database.
const LARGEST_IN_MEMORY: usize = 4 << 20;
/// What the rows of a note and its card take beside the text of the fields, indexes counted
/// (measured: 170 to 240).
const ROW_BYTES: usize = 220;

/// The file's name, where there is one.
const FILE: &str = "collection";
/// The name of the file in which cards and their indexes grow beside the notes.
const CARDS_FILE: &str = "cards";

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
        if sizes.sum::<usize>() <= LARGEST_IN_MEMORY {
            Self::in_memory(plan, format, observed)
        } else {
            Self::in_file(plan, format, observed)
        }
    }

    fn in_memory(plan: &Plan<'_>, format: Format, observed: &Observed) -> Result<Self, Error> {
        let failed = failed("writing the tables");
        let connection = open()?;
        connection.execute_batch(CACHE_IN_MEMORY).map_err(failed)?;
        begin(&connection, plan, format)?;
        fill_notes(&connection, plan, format, observed).map_err(failed)?;
        let cards = fill_cards(&connection, plan, format).map_err(failed)?;
        end(&connection, format)?;
        Ok(Self {
            connection,
            folder: None,
            cards,
        })
    }

    /// Filling the tables is the longest part of a large package, and SQLite does it on one
    /// processor a database. So cards have one of their own at first. Where both tables have the
    /// same indexes and one is empty, SQLite copies rows and indexes as they are, which takes a
    /// quarter of the time.
    fn in_file(plan: &Plan<'_>, format: Format, observed: &Observed) -> Result<Self, Error> {
        let failed = failed("writing the tables");
        let folder = Scratch::new()?;
        let path = |name| folder.path().join(name);
        let open = |name| -> Result<Connection, Error> {
            let connection = Connection::open(path(name)).map_err(failed)?;
            connection.execute_batch(CACHE_OF_FILE).map_err(failed)?;
            Ok(connection)
        };
        let (noted, carded) = rayon::join(
            || {
                let connection = open(FILE)?;
                begin(&connection, plan, format)?;
                fill_notes(&connection, plan, format, observed).map_err(failed)?;
                connection.execute_batch("COMMIT").map_err(failed)?;
                Ok::<_, Error>(connection)
            },
            || {
                let connection = open(CARDS_FILE)?;
                let begin = format!("{SETTINGS} BEGIN; {CARDS}");
                connection.execute_batch(&begin).map_err(failed)?;
                let cards = fill_cards(&connection, plan, format).map_err(failed)?;
                connection.execute_batch("COMMIT").map_err(failed)?;
                Ok::<_, Error>(cards)
            },
        );
        let (connection, cards) = (noted?, carded?);
        let beside = path(CARDS_FILE);
        let beside = beside.to_string_lossy();
        let attached = connection.execute("ATTACH ?1 AS beside", [&*beside]);
        attached.map_err(failed)?;
        let indexes = card_indexes(format);
        let copy = format!("BEGIN; {indexes} INSERT INTO cards SELECT * FROM beside.cards;");
        connection.execute_batch(&copy).map_err(failed)?;
        end(&connection, format)?;
        Ok(Self {
            connection,
            folder: Some(folder),
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

/// Begins with all tables, and fills those that hold neither notes nor cards.
fn begin(connection: &Connection, plan: &Plan<'_>, format: Format) -> Result<(), Error> {
    let failed = failed("writing the tables");
    connection.execute_batch(SETTINGS).map_err(failed)?;
    let own_tables = match format {
        Format::Legacy => &[schema_11::GRAVES][..],
        Format::Latest => {
            schema_18::add_collation(connection)?;
            schema_18::TABLES
        }
    };
    let tables = [&[COL, NOTES, CARDS, REVLOG], own_tables].concat();
    let tables = format!("BEGIN;{};", tables.join(";"));
    connection.execute_batch(&tables).map_err(failed)?;
    match format {
        Format::Legacy => schema_11::insert(connection, plan),
        Format::Latest => schema_18::insert(connection, plan),
    }
}

fn fill_notes(
    connection: &Connection,
    plan: &Plan<'_>,
    format: Format,
    observed: &Observed,
) -> rusqlite::Result<()> {
    insertion::notes(connection, plan, observed)?;
    connection.execute_batch(NOTE_INDEXES)?;
    match format {
        Format::Legacy => Ok(()),
        Format::Latest => connection.execute_batch(schema_18::NOTE_INDEX),
    }
}

fn fill_cards(connection: &Connection, plan: &Plan<'_>, format: Format) -> rusqlite::Result<usize> {
    let cards = insertion::cards(connection, plan)?;
    connection.execute_batch(&card_indexes(format))?;
    Ok(cards)
}

fn card_indexes(format: Format) -> String {
    let own = match format {
        Format::Legacy => "",
        Format::Latest => schema_18::CARD_INDEX,
    };
    format!("{CARD_INDEXES}{own}")
}

fn end(connection: &Connection, format: Format) -> Result<(), Error> {
    let indexes = match format {
        Format::Legacy => "",
        Format::Latest => schema_18::INDEXES,
    };
    let end = format!("{indexes} COMMIT;");
    let ended = connection.execute_batch(&end);
    ended.map_err(failed("writing the tables"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BuildTime, Deck, Note, NoteType};

    /// Everything in a database, as text.
    fn dump(connection: &Connection) -> Vec<String> {
        let mut dump = Vec::new();
        let mut read = |query: &str| {
            let mut statement = connection.prepare(query).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let cell = |at| format!("{:?}", row.get_ref(at).unwrap());
                dump.push((0..columns).map(cell).collect::<Vec<_>>().join(" "));
            }
        };
        read("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name");
        for table in [
            "col",
            "notes NOT INDEXED",
            "notes INDEXED BY ix_notes_csum WHERE csum > 0",
            "cards NOT INDEXED",
            "cards INDEXED BY ix_cards_sched WHERE did > 0",
        ] {
            read(&format!("SELECT * FROM {table}"));
        }
        read("PRAGMA integrity_check");
        assert_eq!(dump.last().unwrap(), "Text([111, 107])");
        dump
    }

    #[test]
    fn a_file_holds_what_memory_holds() {
        let both = NoteType::builder("Both ways")
            .fields(["Front", "Back"])
            .template("There", "{{Front}}", "{{Back}}")
            .template("Back", "{{Back}}", "{{Front}}")
            .build()
            .unwrap();
        let mut deck = Deck::new("A");
        for index in 0..20_000 {
            let fields = [format!("question {index}"), format!("answer {index}")];
            deck.add(Note::new(&both).fields(fields)).unwrap();
        }
        let plan = Plan::new(
            std::slice::from_ref(&deck),
            BuildTime::from_unix(1_700_000_000),
            None,
        )
        .unwrap();
        let observed = Observed::default();
        for format in [Format::Legacy, Format::Latest] {
            let memory = Database::in_memory(&plan, format, &observed).unwrap();
            let file = Database::in_file(&plan, format, &observed).unwrap();
            assert_eq!((memory.cards(), file.cards()), (40_000, 40_000));
            let dumps = [&memory, &file].map(|it| dump(&it.connection));
            assert!(dumps[0] == dumps[1], "{format:?}");
            let again = Database::in_file(&plan, format, &observed).unwrap();
            let [one, other] = [file, again].map(|it| {
                let mut bytes = Vec::new();
                let size = it.read(|reader, size| {
                    reader.read_to_end(&mut bytes).unwrap();
                    Ok(size)
                });
                assert_eq!(size.unwrap(), bytes.len() as u64);
                bytes
            });
            assert!(one == other, "{format:?}");
        }
    }
}

//! A package's database, opened so that nothing in it can do harm.
//!
//! The file lies in memory and is read only. Tables must be tables: views, virtual tables and
//! generated columns, which could compute for ever, are refused, and so is a file whose pages go
//! in circles. Cells must have the type that Anki asks for (measured on 26.9.3 and 25.9.2).

use std::cell::Cell;
use std::io::{self, Read};

use prost::Message;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB, Row};

use super::container::{Container, damaged, too_large};
use crate::package::database::open;
use crate::package::schema_18;
use crate::{Error, ErrorKind};

/// SQLite asks no more often whether to go on.
const STEPS_AT_ONCE: i32 = 100_000;
/// Steps of SQLite's machine for a byte of the database. Reading every row of a real one takes
/// less than one.
const STEPS_A_BYTE: u64 = 8;
/// Steps that any database may take.
const STEPS: u64 = 10_000_000;

/// The largest message in bytes: two bytes may become forty in memory. A note type with all its
/// styles takes some thousands.
const LARGEST_MESSAGE: usize = 16 << 20;
/// The most note types, fields, templates, decks, presets and settings, each.
const MOST_ROWS: usize = 1_000_000;

/// A package's database.
pub(in crate::package) struct Store {
    connection: Connection,
    /// How many bytes of text may still be read: no more than the file has, unless its pages
    /// are listed twice.
    texts: Cell<u64>,
}

impl Store {
    /// The database of a package; `None` where it is an empty file, which Anki takes for a
    /// collection without anything.
    ///
    /// # Errors
    /// When there is none, or it is damaged or too large.
    pub(in crate::package) fn open(container: &mut Container) -> Result<Option<Self>, Error> {
        container.read_database(|reader, size| {
            if size == 0 {
                return Ok(None);
            }
            Self::load(reader, size).map(Some)
        })
    }

    fn load(reader: &mut dyn Read, size: u64) -> Result<Self, Error> {
        let broken = || damaged("the package's database is damaged");
        let length = usize::try_from(size).map_err(|_| broken())?;
        let mut connection = open()?;
        let failed = failed("opening the package's database");
        let mut reader = WithoutWal {
            reader,
            at: 0,
            failure: None,
        };
        let loaded = connection.deserialize_read_exact(MAIN_DB, &mut reader, length, true);
        // An entry may hold more than its header says.
        let more = match (&loaded, reader.failure.take()) {
            (Ok(()), None) => reader.read(&mut [0]),
            // SQLite tells any failure to read as one of the disk.
            (_, Some(failure)) => Err(failure),
            (Err(_), None) => Ok(0),
        };
        let more = more
            .map_err(|source| damaged("the package's database cannot be read").caused_by(source))?;
        loaded.map_err(|source| broken().caused_by(source))?;
        if more > 0 {
            return Err(damaged("the package's database is larger than it says"));
        }
        for (setting, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        ] {
            connection.set_db_config(setting, on).map_err(failed)?;
        }
        // Names in newer schemas are compared by it, whoever asks for them.
        schema_18::add_collation(&connection)?;
        let allowed = size.saturating_mul(STEPS_A_BYTE).saturating_add(STEPS);
        let mut turns = allowed / STEPS_AT_ONCE as u64;
        let handler = move || {
            turns = turns.saturating_sub(1);
            turns == 0
        };
        connection
            .progress_handler(STEPS_AT_ONCE, Some(handler))
            .map_err(failed)?;
        Ok(Self {
            connection,
            texts: Cell::new(size),
        })
    }

    /// Whether there is this table.
    ///
    /// # Errors
    /// When there is something else of its name, which no program writes.
    pub(in crate::package) fn has_table(&self, table: &str) -> Result<bool, Error> {
        let failed = failed("reading the package's list of tables");
        let mut statement = self
            .connection
            .prepare("SELECT type, sql FROM sqlite_master WHERE name = ?1 COLLATE NOCASE")
            .map_err(failed)?;
        let mut rows = statement.query([table]).map_err(failed)?;
        let Some(row) = rows.next().map_err(failed)? else {
            return Ok(false);
        };
        let kind: String = row.get(0).map_err(failed)?;
        let sql: Option<String> = row.get(1).map_err(failed)?;
        let sql = sql.unwrap_or_default().to_ascii_uppercase();
        let plain = kind == "table" && sql.trim_start().starts_with("CREATE TABLE");
        if !plain || rows.next().map_err(failed)?.is_some() {
            return Err(damaged(format!(
                "`{table}` in the package's database is no table but something that computes"
            )));
        }
        let generated: i64 = self
            .connection
            .query_row(
                "SELECT count(*) FROM pragma_table_xinfo(?1) WHERE hidden <> 0",
                [table],
                |row| row.get(0),
            )
            .map_err(failed)?;
        if generated > 0 {
            return Err(damaged(format!(
                "the table `{table}` in the package's database has columns that compute"
            )));
        }
        Ok(true)
    }

    /// Calls `take` for each row of the table, with these columns of it, the first of which
    /// names the row in messages. No row where there is no such table.
    ///
    /// # Errors
    /// When a row cannot be read, or `take` refuses it.
    pub(in crate::package) fn each(
        &self,
        table: &'static str,
        columns: &[&'static str],
        mut take: impl FnMut(&Cells<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.has_table(table)? {
            return Ok(());
        }
        let failed = |source| read_failed(table, source);
        // Not through an index: it may be damaged, or know other rows than the table.
        let query = format!("SELECT {} FROM {table} NOT INDEXED", columns.join(", "));
        let mut statement = self.connection.prepare(&query).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(&Cells {
                row,
                table,
                columns,
                texts: &self.texts,
            })?;
        }
        Ok(())
    }
}

/// The cells of a row.
pub(in crate::package) struct Cells<'a> {
    row: &'a Row<'a>,
    table: &'static str,
    columns: &'a [&'static str],
    texts: &'a Cell<u64>,
}

impl Cells<'_> {
    /// An integer.
    pub(in crate::package) fn integer(&self, column: usize) -> Result<i64, Error> {
        match self.cell(column)? {
            ValueRef::Integer(value) => Ok(value),
            _ => Err(self.wrong(column, "an integer")),
        }
    }

    /// An integer; 0 where there is none, as an import reads some columns.
    pub(in crate::package) fn integer_or_zero(&self, column: usize) -> Result<i64, Error> {
        match self.cell(column)? {
            ValueRef::Integer(value) => Ok(value),
            _ => Ok(0),
        }
    }

    /// An integer in the range of `T`, which is that of the message.
    pub(in crate::package) fn narrow<T: TryFrom<i64>>(
        &self,
        column: usize,
        range: &str,
    ) -> Result<T, Error> {
        T::try_from(self.integer(column)?).map_err(|_| self.wrong(column, range))
    }

    /// A text.
    pub(in crate::package) fn text(&self, column: usize) -> Result<&str, Error> {
        match self.cell(column)? {
            ValueRef::Text(bytes) => {
                self.count(bytes)?;
                std::str::from_utf8(bytes).map_err(|_| self.wrong(column, "UTF-8"))
            }
            _ => Err(self.wrong(column, "text")),
        }
    }

    /// A text, also where it looks like an integer and the column is not made for text.
    pub(in crate::package) fn text_or_number(&self, column: usize) -> Result<String, Error> {
        match self.cell(column)? {
            ValueRef::Integer(value) => Ok(value.to_string()),
            _ => self.text(column).map(str::to_owned),
        }
    }

    /// A message of protobuf, made of bytes.
    pub(in crate::package) fn message<M: Message + Default>(
        &self,
        column: usize,
    ) -> Result<M, Error> {
        let bytes = self.bytes(column)?;
        if bytes.len() > LARGEST_MESSAGE {
            let largest = format!("at most {LARGEST_MESSAGE} bytes");
            return Err(self.wrong(column, &largest));
        }
        M::decode(bytes).map_err(|source| {
            self.wrong(column, "a message of protobuf")
                .caused_by(source)
        })
    }

    /// That one more row fits into a list of so many which are no notes and no cards.
    pub(in crate::package) fn in_a_list(&self, length: usize) -> Result<(), Error> {
        match length < MOST_ROWS {
            true => Ok(()),
            false => Err(too_large(
                &format!("table `{}`", self.table),
                "more rows",
                MOST_ROWS as u64,
            )),
        }
    }

    /// Bytes, whether they are kept as such or as text.
    pub(in crate::package) fn bytes(&self, column: usize) -> Result<&[u8], Error> {
        match self.cell(column)? {
            ValueRef::Blob(bytes) | ValueRef::Text(bytes) => {
                self.count(bytes)?;
                Ok(bytes)
            }
            _ => Err(self.wrong(column, "bytes")),
        }
    }

    /// A text that may be kept as bytes.
    pub(in crate::package) fn utf8(&self, column: usize) -> Result<&str, Error> {
        let bytes = self.bytes(column)?;
        std::str::from_utf8(bytes).map_err(|_| self.wrong(column, "UTF-8"))
    }

    fn cell(&self, column: usize) -> Result<ValueRef<'_>, Error> {
        self.row
            .get_ref(column)
            .map_err(|source| read_failed(self.table, source))
    }

    fn count(&self, bytes: &[u8]) -> Result<(), Error> {
        let left = self.texts.get().checked_sub(bytes.len() as u64);
        let left = left.ok_or_else(|| circular(self.table))?;
        self.texts.set(left);
        Ok(())
    }

    fn wrong(&self, column: usize, expected: &str) -> Error {
        let row = match self.row.get_ref(0) {
            Ok(ValueRef::Integer(id)) => format!(" of row {id}"),
            _ => String::new(),
        };
        let found = match self.row.get_ref(column) {
            Ok(ValueRef::Null) => "nothing".to_owned(),
            Ok(ValueRef::Integer(value)) => value.to_string(),
            Ok(ValueRef::Real(value)) => format!("the number {value}"),
            Ok(ValueRef::Text(bytes)) if std::str::from_utf8(bytes).is_err() => {
                "text that is no UTF-8".to_owned()
            }
            Ok(ValueRef::Text(_)) => "text".to_owned(),
            Ok(ValueRef::Blob(_)) => "bytes".to_owned(),
            Err(_) => "what cannot be read".to_owned(),
        };
        let name = self.columns.get(column).copied().unwrap_or_default();
        damaged(format!(
            "the column `{name}`{row} in the package's table `{}` is {found}, where it must be \
             {expected}; Anki does not import such a package",
            self.table
        ))
    }
}

/// The database without its mark that changes lie in a log beside it (bytes 18 and 19 are 2 then):
/// a package has no such log, and SQLite does not open the mark in memory.
struct WithoutWal<R> {
    reader: R,
    at: u64,
    /// Why reading failed, unless the database only ended too early.
    failure: Option<io::Error>,
}

impl<R: Read> Read for WithoutWal<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match self.reader.read(buffer) {
            Err(failure) if failure.kind() == io::ErrorKind::Interrupted => return Err(failure),
            Err(failure) => {
                let told = io::Error::from(failure.kind());
                self.failure = Some(failure);
                return Err(told);
            }
            Ok(length) => length,
        };
        for mark in [18, 19] {
            let place = u64::checked_sub(mark, self.at).and_then(|it| usize::try_from(it).ok());
            let read = buffer.get_mut(..length);
            if let Some(byte) = place.zip(read).and_then(|(at, read)| read.get_mut(at))
                && *byte == 2
            {
                *byte = 1;
            }
        }
        self.at = self.at.saturating_add(length as u64);
        Ok(length)
    }
}

fn circular(table: &str) -> Error {
    damaged(format!(
        "the package's table `{table}` holds more than its file: the database is damaged"
    ))
}

fn read_failed(table: &str, source: rusqlite::Error) -> Error {
    if source.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) {
        return circular(table);
    }
    let at = format!("reading the package's table `{table}`");
    Error::new(ErrorKind::Database(at)).caused_by(source)
}

fn failed(at: &'static str) -> impl Fn(rusqlite::Error) -> Error + Copy {
    crate::package::database::failed(at)
}

//! An object's storage: SQLite in memory, with workerd's refusals and limits.
//!
//! As in workerd, everything written between two awaits is committed together, and a crash
//! loses what is not committed.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actors_sqlite::limits;
use actors_sqlite::names::quoted;
use actors_sqlite::refused::is_allowed;
use rusqlite::config::DbConfig;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{Batch, Connection, params_from_iter};

use crate::error::{Error, Result};
use crate::sql::cell::{ColumnNames, Packed, Rows};
use crate::sql::{Usage, Value};
use crate::time::Timestamp;

pub(crate) struct Disk {
    connection: Option<Connection>,
    /// Whether there is an open transaction, which the next await commits.
    is_open: Cell<bool>,
    savepoints: Cell<u32>,
    usage: Cell<Usage>,
    /// Whether the current statement is this module's own, and may do anything.
    is_ours: Arc<AtomicBool>,
    /// The object's alarm, which is part of its transactions.
    alarm: Cell<Option<Timestamp>>,
    durable_alarm: Cell<Option<Timestamp>>,
}

impl Disk {
    pub(super) fn new() -> Result<Self> {
        match POOL.with_borrow_mut(Vec::pop) {
            Some(emptied) => Ok(Self::of(emptied)),
            None => Self::unused(),
        }
    }

    /// One that has never been used: a connection remembers the last rowid.
    pub(crate) fn unused() -> Result<Self> {
        open().map(Self::of).map_err(failed)
    }

    fn of((connection, is_ours): (Connection, Arc<AtomicBool>)) -> Self {
        Self {
            connection: Some(connection),
            is_open: Cell::default(),
            savepoints: Cell::default(),
            usage: Cell::default(),
            is_ours,
            alarm: Cell::default(),
            durable_alarm: Cell::default(),
        }
    }

    fn connection(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("it is there until the disk is dropped")
    }

    /// Runs a statement, and returns its rows, and how many rows it has changed.
    pub(crate) fn query(
        &self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<(Rows<'static>, u64)> {
        let outcome = self.attempt(statement, values);
        outcome.map_err(|message| named(&message, statement))
    }

    /// The same, with an error that does not name the statement.
    pub(super) fn attempt(
        &self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<(Rows<'static>, u64), String> {
        self.begin().map_err(|error| error.to_string())?;
        let before = self.connection().total_changes();
        let (names, rows) = self.fetch(statement, values)?;
        let changed = self.connection().total_changes() - before;
        self.usage.update(|usage| Usage {
            rows_read: usage.rows_read + rows.len() as u64,
            rows_written: usage.rows_written + changed,
        });
        Ok((packed(names, rows), changed))
    }

    /// The rowid of the last row that was inserted.
    pub(super) fn last_row_id(&self) -> i64 {
        self.connection().last_insert_rowid()
    }

    /// Runs the statements of a text, and returns the rows of the last one, to which the
    /// values belong.
    fn fetch(
        &self,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<(Vec<String>, Vec<Vec<Stored>>), String> {
        if text.len() > limits::STATEMENT {
            return Err(TOO_LONG.to_owned());
        }
        let rows = if text.trim_end().trim_end_matches(';').contains(';') {
            // If one of them fails, all are undone.
            let guard = Savepoint::new(self).map_err(|error| error.to_string())?;
            let rows = self.fetch_batch(text, values);
            if rows.is_ok() {
                guard.release().map_err(|error| error.to_string())?;
            }
            rows
        } else {
            let statement = self.connection().prepare_cached(text);
            statement.and_then(|mut statement| rows(&mut statement, values))
        };
        rows.map_err(|error| words(&error))
    }

    fn fetch_batch(
        &self,
        text: &str,
        values: &[Value<'_>],
    ) -> rusqlite::Result<(Vec<String>, Vec<Vec<Stored>>)> {
        let mut batch = Batch::new(self.connection(), text);
        let mut last = Default::default();
        while let Some(mut statement) = batch.next()? {
            let values = if statement.parameter_count() > 0 {
                values
            } else {
                &[]
            };
            last = rows(&mut statement, values)?;
        }
        Ok(last)
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage.get()
    }

    /// A new object counts from zero.
    pub(super) fn reset_usage(&self) {
        self.usage.take();
    }

    pub(super) fn transaction(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.begin()?;
        let guard = Savepoint::new(self)?;
        body()?;
        guard.release()
    }

    pub(super) fn alarm(&self) -> Option<Timestamp> {
        self.alarm.get()
    }

    pub(crate) fn set_alarm(&self, at: Option<Timestamp>) {
        self.alarm.set(at);
    }

    /// Removes all tables, and the alarm.
    pub(super) fn clear(&self) -> Result<()> {
        self.begin()?;
        self.set_alarm(None);
        let names =
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let (_, tables) = self.fetch(names, &[]).map_err(Error::sql)?;
        let mut drops = "PRAGMA defer_foreign_keys = ON;".to_owned();
        for table in tables.iter().flatten() {
            if let Stored::Text(name) = table {
                drops += &format!("DROP TABLE {};", quoted(name));
            }
        }
        self.ours(&drops)
    }

    /// Makes what was written durable.
    pub(crate) fn commit(&self) -> Result<()> {
        self.durable_alarm.set(self.alarm.get());
        if self.is_open.replace(false) {
            self.ours("RELEASE undurable")
        } else {
            Ok(())
        }
    }

    /// Drops what was not committed.
    pub(super) fn rollback(&self) -> Result<()> {
        self.alarm.set(self.durable_alarm.get());
        if self.is_open.replace(false) {
            self.ours("ROLLBACK TO undurable")?;
            self.ours("RELEASE undurable")
        } else {
            Ok(())
        }
    }

    fn begin(&self) -> Result<()> {
        if self.is_open.replace(true) {
            Ok(())
        } else {
            self.ours("SAVEPOINT undurable")
        }
    }

    /// Runs a statement that the actor itself may not.
    fn ours(&self, statement: &str) -> Result<()> {
        self.is_ours.store(true, Ordering::Relaxed);
        let outcome = self.connection().execute_batch(statement);
        self.is_ours.store(false, Ordering::Relaxed);
        outcome.map_err(failed)
    }
}

thread_local! {
    /// Databases of finished worlds, for reuse: opening one takes longer than most tests.
    /// Everything that a world does is in one transaction, which is rolled back at its end.
    static POOL: RefCell<Vec<(Connection, Arc<AtomicBool>)>> = const { RefCell::new(Vec::new()) };
}

impl Drop for Disk {
    fn drop(&mut self) {
        let is_emptied = self
            .ours("ROLLBACK")
            .and_then(|()| self.ours("BEGIN"))
            .is_ok();
        if let Some(connection) = self.connection.take().filter(|_| is_emptied) {
            POOL.with_borrow_mut(|pool| pool.push((connection, self.is_ours.clone())));
        }
    }
}

/// Undone when dropped, by an error, by `?` or by a panic.
struct Savepoint<'a> {
    disk: &'a Disk,
    name: String,
    alarm: Option<Timestamp>,
    is_released: bool,
}

impl<'a> Savepoint<'a> {
    fn new(disk: &'a Disk) -> Result<Self> {
        disk.savepoints.update(|count| count + 1);
        let name = format!("s{}", disk.savepoints.get());
        let savepoint = Self {
            disk,
            name,
            alarm: disk.alarm.get(),
            is_released: false,
        };
        savepoint.run("SAVEPOINT")?;
        Ok(savepoint)
    }

    fn release(mut self) -> Result<()> {
        self.is_released = true;
        self.run("RELEASE")
    }

    fn run(&self, verb: &str) -> Result<()> {
        self.disk.ours(&format!("{verb} {}", self.name))
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if !self.is_released {
            self.disk.alarm.set(self.alarm);
            // Nobody can be told here, and the error that drops this is already being returned.
            let _ = self.run("ROLLBACK TO");
            let _ = self.run("RELEASE");
        }
        self.disk.savepoints.update(|count| count - 1);
    }
}

/// An empty database, and the switch that permits what the actor may not do.
fn open() -> rusqlite::Result<(Connection, Arc<AtomicBool>)> {
    let mut connection = Connection::open_in_memory()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    let all = [
        (Limit::SQLITE_LIMIT_LENGTH, limits::VALUE),
        (Limit::SQLITE_LIMIT_COLUMN, limits::COLUMNS),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, limits::PARAMETERS),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, limits::PATTERN),
    ];
    for (limit, value) in all {
        connection.set_limit(limit, value as i32)?;
    }
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch("BEGIN")?;
    let is_ours = Arc::<AtomicBool>::default();
    let switch = is_ours.clone();
    connection.authorizer(Some(move |context: AuthContext<'_>| {
        match switch.load(Ordering::Relaxed) || is_allowed(actors_sqlite::action!(context.action)) {
            true => Authorization::Allow,
            false => Authorization::Deny,
        }
    }))?;
    Ok((connection, is_ours))
}

fn rows(
    statement: &mut rusqlite::Statement<'_>,
    values: &[Value<'_>],
) -> rusqlite::Result<(Vec<String>, Vec<Vec<Stored>>)> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query(params_from_iter(values.iter().map(Bound)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(
            (0..names.len())
                .map(|index| row.get(index))
                .collect::<Result<_, _>>()?,
        );
    }
    Ok((names, all))
}

/// The rows in the form in which a platform returns them.
fn packed(names: Vec<String>, rows: Vec<Vec<Stored>>) -> Rows<'static> {
    let width = names.len();
    let (mut texts, mut blobs) = (String::new(), Vec::new());
    let cells = rows.into_iter().flatten().map(|stored| match stored {
        Stored::Null => Packed::Null,
        Stored::Integer(integer) => Packed::Number(integer as f64),
        Stored::Real(real) => Packed::Number(real),
        Stored::Text(text) => {
            let start = texts.len();
            texts.push_str(&text);
            Packed::Text(start as u32, texts.len() as u32)
        }
        Stored::Blob(bytes) => {
            let start = blobs.len();
            blobs.extend(bytes);
            Packed::Blob(start as u32, blobs.len() as u32)
        }
    });
    let cells = cells.collect();
    Rows {
        width,
        cells,
        texts,
        blobs,
        names: ColumnNames::new(names),
    }
}

/// A value as it is bound.
struct Bound<'a>(&'a Value<'a>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Integer(integer) => ToSqlOutput::Borrowed(ValueRef::Integer(*integer)),
            Value::Real(real) => ToSqlOutput::Borrowed(ValueRef::Real(*real)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// SQLite's message, as workerd passes it on.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, offset, .. } if *offset >= 0 => {
            format!("{msg} at offset {offset}")
        }
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::InvalidParameterCount(..) => {
            "Wrong number of parameter bindings for SQL query.".to_owned()
        }
        other => other.to_string(),
    }
}

const TOO_LONG: &str = "statement too long";

/// The error, with the statement.
fn named(message: &str, statement: &str) -> Error {
    Error::sql(match message {
        TOO_LONG => format!("{message}: {statement:.100}…"),
        message => format!("{message}: {statement}"),
    })
}

fn failed(error: rusqlite::Error) -> Error {
    Error::sql(words(&error))
}

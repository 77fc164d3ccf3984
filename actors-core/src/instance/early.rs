//! Statements of an object, which may not exist yet: reading then leaves the database untouched.

use std::borrow::Cow;

use super::Instance;
use super::empty::empty_tables;
use super::remembered::Life;
use super::storage::Storage;
use super::tables::{ALARMS, own};
use super::transaction::not_run;
use super::unborn::Seed;
use crate::error::{Error, Result};
use crate::sql::cell::Rows;
use crate::sql::{Database, Row, Usage, Value};
use actors_sqlite::lex::words;

impl Database for Instance {
    fn run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        self.check_write()?;
        match self.remembered.get().life {
            Life::Exists => self.run_stored(statement, values),
            _ => Ok(self.run_early(statement, values)?.1),
        }
    }

    fn query(
        &self,
        statement: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        if !is_select(statement) {
            self.check_write()?;
        }
        match self.remembered.get().life {
            Life::Exists => self.fetch_stored(statement, values)?.visit(visit),
            _ => self.run_early(statement, values)?.0.visit(visit),
        }
    }

    fn usage(&self) -> Usage {
        self.platform.sql_usage()
    }
}

impl Instance {
    /// Runs a statement once with each of several sets of values, and returns how many rows that
    /// wrote; or the number of the first set with which it failed, and the error.
    pub(crate) fn run_each(
        &self,
        statement: &str,
        sets: &[Vec<Value<'_>>],
    ) -> Result<u64, (usize, Error)> {
        let mut written = 0;
        // The first of them may be what makes the object exist.
        for (index, values) in sets.iter().enumerate() {
            if self.remembered.get().life == Life::Exists {
                let rest = self.platform.sql_run_each(statement, &sets[index..]);
                let rest = rest.map_err(|(later, error)| (index + later, error))?;
                return Ok(written + rest);
            }
            let run = self.run(statement, values);
            written += run.map_err(|error| (index, error))?;
        }
        Ok(written)
    }

    /// Makes the object exist, if it does not yet, in the open transaction.
    #[cold]
    pub(crate) fn begin_to_exist(&self) -> Result<()> {
        if self.remembered().life != Life::Unborn {
            return Ok(());
        }
        self.make()?;
        if self.unborn.is_waking.get() {
            self.remember(|remembered| remembered.life = Life::Rehearsed);
        }
        Ok(())
    }

    /// Creates the tables, with what `#[on_init]` has stored.
    fn make(&self) -> Result<()> {
        self.remember(|remembered| remembered.life = Life::Exists);
        (self.def.create)(self, &self.unborn.fields.borrow())?;
        let seeds = self.unborn.seeds.borrow();
        let mut seeds = seeds.iter().take(self.remembered().seeds);
        if seeds.len() > 0 {
            // They may schedule alarms, before which there was none.
            self.remember(|remembered| remembered.earliest = Some(None));
        }
        seeds.try_for_each(|seed| {
            let written = self.run_stored(&seed.statement, &seed.values);
            written.map(drop)
        })
    }

    /// Runs a statement of an object that does not exist yet, or only in a transaction that
    /// will be undone; returns its rows, and how many were written.
    #[cold]
    pub(crate) fn run_early(
        &self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<(Rows<'_>, u64)> {
        let kind = Kind::of(statement);
        let has_seeds = self.remembered().seeds > 0;
        match (self.remembered().life, kind) {
            (Life::Unborn, Kind::Reads) if !has_seeds => self.read_empty(statement, values),
            (Life::Unborn, Kind::Reads) => self.read_made(statement, values),
            (Life::Unborn, Kind::Changes) if !has_seeds => self.change_nothing(statement, values),
            (Life::Unborn, Kind::Changes | Kind::Stores) => self.store_first(statement, values),
            (_, kind) => self.run_now(statement, values, kind != Kind::Reads),
        }
    }

    /// Runs the statement, which makes the object exist.
    fn store_first(&self, statement: &str, values: &[Value<'_>]) -> Result<(Rows<'_>, u64)> {
        self.transaction(|| {
            self.begin_to_exist()?;
            self.run_now(statement, values, true)
        })
    }

    /// Runs a statement on the database as it is.
    fn run_now(
        &self,
        statement: &str,
        values: &[Value<'_>],
        stores: bool,
    ) -> Result<(Rows<'_>, u64)> {
        let before = self.platform().sql_usage().rows_written;
        let fetched = self.fetch_stored(statement, values)?;
        let written = self.platform().sql_usage().rows_written - before;
        if stores && self.remembered().life == Life::Rehearsed {
            let mut seeds = self.unborn.seeds.borrow_mut();
            seeds.truncate(self.remembered().seeds);
            seeds.push(Seed {
                statement: statement.to_owned(),
                values: values.iter().cloned().map(Value::into_owned).collect(),
            });
            self.remember(|remembered| remembered.seeds = seeds.len());
        }
        Ok((fetched, written))
    }

    /// Reads from tables that do not exist, as if they were empty.
    fn read_empty(&self, statement: &str, values: &[Value<'_>]) -> Result<(Rows<'_>, u64)> {
        match empty_tables(statement, own().chain(self.def.tables)) {
            None => self.run_now(statement, values, false),
            Some(text) => match self.platform().sql_fetch(&text, values) {
                Ok(fetched) => Ok((fetched, 0)),
                // It needs more than an empty table has, a rowid for example, or is invalid.
                Err(_) => self.read_made(statement, values),
            },
        }
    }

    /// Reads from the tables as they would be created, and leaves none.
    fn read_made(&self, statement: &str, values: &[Value<'_>]) -> Result<(Rows<'_>, u64)> {
        // Dropping this forgets what is remembered meanwhile.
        let _open = self.open();
        let mut outcome = None;
        let undone = self.platform().transaction(&mut || {
            outcome = Some(self.only(Storage::Any, || {
                self.make()?;
                self.run_now(statement, values, false)
            }));
            Err(Error::internal("undone"))
        });
        match (outcome, undone) {
            (Some(outcome), _) => outcome,
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(not_run()),
        }
    }

    /// Changes rows of tables that do not exist: none.
    fn change_nothing(&self, statement: &str, values: &[Value<'_>]) -> Result<(Rows<'_>, u64)> {
        match self.run_now(statement, values, false) {
            Err(error) if self.is_about_ours(&error) => self.run_now(NO_ROWS, &[], false),
            outcome => outcome,
        }
    }

    /// Runs a statement of an object that exists.
    fn run_stored(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        self.platform.sql_run(statement, values).or_else(|error| {
            let (instead, values) = self.without_alarms(statement, values, error)?;
            self.platform.sql_run(&instead, values)
        })
    }

    /// Runs a query of an object that exists.
    fn fetch_stored(&self, statement: &str, values: &[Value<'_>]) -> Result<Rows<'_>> {
        self.platform.sql_fetch(statement, values).or_else(|error| {
            let (instead, values) = self.without_alarms(statement, values, error)?;
            self.platform.sql_fetch(&instead, values)
        })
    }

    /// What to run instead of a statement that has failed because there is no table of alarms: it
    /// is created for the first alarm, and reads as empty before that.
    #[cold]
    fn without_alarms<'a, 'v>(
        &self,
        statement: &'a str,
        values: &'a [Value<'v>],
        error: Error,
    ) -> Result<(Cow<'a, str>, &'a [Value<'v>])> {
        // Ids are taken from SQLite's counter, which comes with the table.
        let needs_counter = error.message().starts_with(NO_COUNTER);
        if !needs_counter && !error.message().starts_with(NO_ALARMS) {
            return Err(error);
        }
        match Kind::of(statement) {
            Kind::Reads if needs_counter => Err(error),
            Kind::Reads => {
                let text = empty_tables(statement, [&ALARMS].into_iter()).ok_or(error)?;
                Ok((text.into(), values))
            }
            Kind::Changes if !needs_counter => Ok((NO_ROWS.into(), &[])),
            Kind::Changes | Kind::Stores => {
                ALARMS.create(&|create| self.platform.sql_run(create, &[]))?;
                Ok((statement.into(), values))
            }
        }
    }

    /// Whether an error says that one of the actor's or the framework's tables is missing.
    fn is_about_ours(&self, error: &Error) -> bool {
        let Some(name) = error.message().strip_prefix("no such table: ") else {
            return false;
        };
        let name = name.split([':', ' ']).next().unwrap_or_default();
        let name = name.strip_prefix("main.").unwrap_or(name);
        let mut tables = self.def.tables.iter().map(|table| table.name);
        name.starts_with("_actors") || tables.any(|table| table.eq_ignore_ascii_case(name))
    }
}

/// How the error begins of a statement that needs the table of alarms.
const NO_ALARMS: &str = "no such table: _actors_alarms";

/// The same for SQLite's counter of ids.
const NO_COUNTER: &str = "no such table: sqlite_sequence";

/// A statement that does nothing.
const NO_ROWS: &str = "SELECT NULL WHERE 0";

/// Whether a statement certainly only reads; at a glance, since each one is looked at.
fn is_select(statement: &str) -> bool {
    let begins = |word: &str| {
        let begin = statement.get(..word.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    };
    begins("SELECT") || begins("WITH") && Kind::of(statement) == Kind::Reads
}

/// What a statement does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reads,
    /// It changes or removes existing rows.
    Changes,
    Stores,
}

impl Kind {
    fn of(statement: &str) -> Self {
        let words = words(statement);
        let has = |word: &str| words.iter().any(|found| found == word);
        let end = words.iter().position(|word| word == ";");
        if end.is_some_and(|end| end + 1 < words.len()) {
            return Self::Stores;
        }
        match words.first().map_or("", String::as_str) {
            "select" | "values" | "pragma" | "explain" => Self::Reads,
            "update" | "delete" => Self::Changes,
            "with" if has("into") => Self::Stores,
            "with" if has("update") || has("delete") => Self::Changes,
            "with" => Self::Reads,
            _ => Self::Stores,
        }
    }
}

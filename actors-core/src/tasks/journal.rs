//! The rows of one task: what it has done, and what was signalled to it.

use std::collections::{BTreeMap, VecDeque};

use super::replay::{Done, Known, Outcome, Replay, Stored};
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;
use crate::instance::later::lacks_table;
use crate::sql::{FromRow, Row};
use crate::time::Timestamp;

/// The longest outcome that is read with the journal, in characters.
const LARGE: usize = 1_000;

/// The longest message of an error that is kept, in bytes.
const MOST_MESSAGE: usize = 10_000;

const SELECT: &str = "SELECT version, started, cancelled, input FROM _actors_tasks \
                      WHERE id = ? AND state < 6";

/// Adds an operation, or what has become of it, unless the task is gone.
const RECORD: &str = "INSERT INTO _actors_journal \
     (task, number, name, done, at, due, attempts, error, result) \
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM _actors_tasks WHERE id = ?1 AND state < 6 \
     ON CONFLICT (task, number) DO UPDATE SET done = excluded.done, at = excluded.at, \
     due = excluded.due, attempts = excluded.attempts, error = excluded.error, \
     result = excluded.result";

/// A task as its row and its journal have it.
pub(super) struct Loaded {
    pub(super) version: u32,
    pub(super) started: Timestamp,
    pub(super) is_cancelled: bool,
    pub(super) input: String,
    /// Why it was told to end, and when, if it knows.
    pub(super) ending: Option<(String, Timestamp)>,
    /// How much its outcomes take.
    pub(super) bytes: usize,
    pub(super) replay: Replay,
}

/// Reads a task that has not ended; none if it has, or is gone.
pub(super) fn load(instance: &Instance, task: i64) -> Result<Option<Loaded>> {
    instance.read_later(|| {
        let found = instance.own().optional(SELECT, (task,))?;
        let Some((version, started, is_cancelled, input)) = found else {
            return Ok(None);
        };
        let mut entries = entries(instance, task)?;
        let ending = entries.iter().find(|entry| entry.number == 0);
        let ending = ending.map(|entry| (entry.name.clone(), entry.at.unwrap_or_default()));
        let bytes = entries.iter().map(|entry| entry.length).sum();
        let known = entries.iter().map(|entry| (entry.number, entry.known()));
        let known: BTreeMap<u32, Known> = known.filter(|(number, _)| *number > 0).collect();
        entries.retain(|entry| entry.done.is_some());
        entries.sort_by_key(|entry| entry.done);
        let done: VecDeque<Done> = entries.into_iter().map(Entry::into_done).collect();
        Ok(Some(Loaded {
            version,
            started,
            is_cancelled,
            input,
            ending,
            bytes,
            replay: Replay::new(known, done, started),
        }))
    })
}

fn entries(instance: &Instance, task: i64) -> Result<Vec<Entry>> {
    let select = format!(
        "SELECT number, name, done, at, due, attempts, error, \
         CASE WHEN LENGTH(result) <= {LARGE} THEN result END, COALESCE(LENGTH(result), 0) \
         FROM _actors_journal WHERE task = ?"
    );
    instance.own().all(&select, (task,))
}

/// A row of the journal.
struct Entry {
    number: u32,
    name: String,
    done: Option<u32>,
    at: Option<Timestamp>,
    due: Option<Timestamp>,
    attempts: u32,
    error: Option<String>,
    result: Option<String>,
    length: usize,
}

impl FromRow for Entry {
    const WIDTH: usize = 9;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            name: row.get(1)?,
            done: row.get(2)?,
            at: row.get(3)?,
            due: row.get(4)?,
            attempts: row.get(5)?,
            error: row.get(6)?,
            result: row.get(7)?,
            length: row.get(8)?,
        })
    }
}

impl Entry {
    fn known(&self) -> Known {
        Known {
            name: self.name.clone(),
            is_noted: true,
            due: self.due,
            attempts: self.attempts,
        }
    }

    fn into_done(self) -> Done {
        let outcome = match self.result {
            None if self.length > LARGE => Stored::InJournal,
            result => Stored::Here(outcome(self.error, result)),
        };
        Done {
            number: self.number,
            at: self.at.unwrap_or_default(),
            outcome,
        }
    }
}

fn outcome(error: Option<String>, result: Option<String>) -> Outcome {
    match error {
        None => Ok(result),
        Some(kind) => {
            let kind = ErrorKind::from_name(&kind).unwrap_or(ErrorKind::Internal);
            Err(Error::new(kind, result.unwrap_or_default()))
        }
    }
}

/// An error as it is kept, and as a replay has it: its kind, and so much of its message as a row has
/// room for.
pub(super) fn kept(error: &Error) -> Error {
    let message = error.message();
    let end = message.floor_char_boundary(MOST_MESSAGE);
    Error::new(error.kind(), &message[..end])
}

/// Reads the outcome of an operation that is done.
pub(super) fn read(instance: &Instance, task: i64, number: u32) -> Result<Outcome> {
    let select = "SELECT error, result FROM _actors_journal WHERE task = ? AND number = ?";
    let (error, result) = instance.own().one(select, (task, number))?;
    Ok(outcome(error, result))
}

/// What is recorded of an operation.
pub(super) struct Record<'a> {
    pub(super) task: i64,
    pub(super) number: u32,
    pub(super) name: &'a str,
    /// Its place among those that are done, and when it was.
    pub(super) done: Option<(u32, Timestamp)>,
    pub(super) due: Option<Timestamp>,
    pub(super) attempts: u32,
    /// An error is one that is [`kept`].
    pub(super) outcome: Result<Option<&'a str>, &'a Error>,
}

/// Stores that, and returns whether the task is still there.
pub(super) fn record(instance: &Instance, record: &Record<'_>) -> Result<bool> {
    let Record {
        task,
        number,
        name,
        done,
        due,
        attempts,
        outcome,
    } = record;
    let (error, result) = match outcome {
        Ok(result) => (None, *result),
        Err(error) => (Some(error.kind().name()), Some(error.message())),
    };
    let (place, at) = done.unzip();
    let values = (task, number, *name, place, at, due, attempts, error, result);
    match instance.own().run(RECORD, values) {
        Err(error) if lacks_table(&error) => Ok(false),
        written => Ok(written? > 0),
    }
}

/// Whether there is such a task that has not ended.
pub(super) fn is_there(instance: &Instance, task: i64) -> Result<bool> {
    let select = "SELECT id FROM _actors_tasks WHERE id = ? AND state < 6";
    let found: Option<i64> = instance.read_later(|| instance.own().optional(select, (task,)))?;
    Ok(found.is_some())
}

/// Takes the first signal of that name, in the open transaction.
pub(super) fn take_signal(instance: &Instance, task: i64, name: &str) -> Result<Option<String>> {
    instance.read_later(|| {
        let first = "SELECT number, value FROM _actors_signals WHERE task = ? AND name = ? \
                     ORDER BY number LIMIT 1";
        let Some((number, value)) = instance.own().optional(first, (task, name))? else {
            return Ok(None);
        };
        let number: u32 = number;
        let taken = "DELETE FROM _actors_signals WHERE task = ? AND number = ?";
        instance.own().run(taken, (task, number))?;
        Ok(Some(value))
    })
}

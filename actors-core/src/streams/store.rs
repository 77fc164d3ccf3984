//! Streams in the database: their rows and their chunks.

use super::cursor::StreamState;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;
use crate::instance::later::{if_there, lacks_table};
use crate::sql::{FromRow, Row};
use actors_sqlite::limits;

/// Created for the first stream. `first` is the cursor of the first chunk that is kept, `ended` that
/// of the end. The row without a name has the first cursor that no stream has had that is deleted.
const CREATE_STREAMS: &str = "CREATE TABLE _actors_streams (name TEXT PRIMARY KEY, \
                              first INTEGER NOT NULL, ended INTEGER, error TEXT) \
                              STRICT, WITHOUT ROWID";

/// Without a rowid, a chunk is one row to write: the key is the order of the table, and not an
/// index beside it.
const CREATE_CHUNKS: &str = "CREATE TABLE _actors_chunks (stream TEXT NOT NULL, \
                             cursor INTEGER NOT NULL, value TEXT NOT NULL, \
                             PRIMARY KEY (stream, cursor)) STRICT, WITHOUT ROWID";

const BEGIN: &str = "INSERT OR IGNORE INTO _actors_streams (name, first) VALUES (?, \
                     COALESCE((SELECT first FROM _actors_streams WHERE name = ''), 1))";

/// The cursor is NULL, and the row ignored, if there is no open stream of that name.
const APPEND: &str = "INSERT OR IGNORE INTO _actors_chunks (stream, cursor, value) VALUES (?1, \
                      (SELECT COALESCE((SELECT MAX(cursor) + 1 FROM _actors_chunks \
                      WHERE stream = ?1), first) FROM _actors_streams \
                      WHERE name = ?1 AND ended IS NULL), ?2) RETURNING cursor";

/// Appends a list of values from a cursor on.
const APPEND_ALL: &str = "INSERT INTO _actors_chunks (stream, cursor, value) \
                          SELECT ?1, ?2 + key, value FROM json_each(?3)";

const END: &str = "UPDATE _actors_streams SET ended = COALESCE((SELECT MAX(cursor) + 1 \
                   FROM _actors_chunks WHERE stream = ?1), first), error = ?2 \
                   WHERE name = ?1 AND ended IS NULL";

const FIND: &str = "SELECT name, first, ended, error, COALESCE((SELECT MAX(cursor) + 1 \
                    FROM _actors_chunks WHERE stream = name), first) FROM _actors_streams \
                    WHERE name = ?";

const LIST: &str = "SELECT name, first, ended, error, COALESCE((SELECT MAX(cursor) + 1 \
                    FROM _actors_chunks WHERE stream = name), first) FROM _actors_streams \
                    WHERE name > '' ORDER BY name";

const READ: &str = "SELECT cursor, value FROM _actors_chunks WHERE stream = ? AND cursor >= ? \
                    ORDER BY cursor LIMIT ?";

/// The same as long as they have less than so many characters before them: that reads each row
/// three times.
const READ_MANY: &str = "SELECT cursor, value FROM (SELECT cursor, value, SUM(LENGTH(value)) \
                         OVER (ORDER BY cursor) - LENGTH(value) AS before FROM (SELECT cursor, \
                         value FROM _actors_chunks WHERE stream = ? AND cursor >= ? \
                         ORDER BY cursor LIMIT ?)) WHERE before < ?";

const TRIM: &str = "DELETE FROM _actors_chunks WHERE stream = ? AND cursor < ?";

/// The longest name of a stream, in bytes.
const MAX_NAME: usize = 256;

/// The longest chunk, as JSON, in bytes: the rest of the row is for its key.
pub(super) const MAX_CHUNK: usize = limits::VALUE - 1_024;

/// How many characters of chunks are appended together, before they are quoted as JSON once more.
const TOGETHER: usize = 500_000;

/// How many characters of chunks are read at a time, and one chunk more.
const PAGE: usize = 500_000;

/// How many chunks are read together whatever their length.
const FEW: u64 = 8;

/// A stream as it is stored.
pub(super) struct Stored {
    pub(super) name: String,
    /// The cursor of the first chunk that is kept.
    pub(super) first: u64,
    /// The cursor of the next chunk, or that of the end.
    pub(super) next: u64,
    pub(super) state: StreamState,
}

impl FromRow for Stored {
    const WIDTH: usize = 5;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        let (end, error): (Option<u64>, Option<String>) = (row.get(2)?, row.get(3)?);
        let next = row.get(4)?;
        Ok(Self {
            name: row.get(0)?,
            first: row.get(1)?,
            next: end.unwrap_or(next),
            state: match (end, error) {
                (None, _) => StreamState::Open,
                (Some(_), None) => StreamState::Closed,
                (Some(_), Some(error)) => StreamState::Failed(error),
            },
        })
    }
}

impl Stored {
    fn new() -> Self {
        Self {
            name: String::new(),
            first: 1,
            next: 1,
            state: StreamState::Open,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == StreamState::Open
    }

    /// The last cursor that a reader can have.
    pub(super) fn last(&self) -> u64 {
        self.next - u64::from(self.is_open())
    }

    /// Whether chunks are lost to a reader with that cursor.
    fn has_lost(&self, from: u64) -> bool {
        from != 0 && !(self.first - 1..=self.last()).contains(&from)
    }
}

/// What a reader with a cursor gets next.
pub(super) struct Part {
    /// Whether chunks before these are lost to it.
    pub(super) is_trimmed: bool,
    pub(super) chunks: Vec<(u64, String)>,
    /// Whether there are no more now.
    pub(super) is_all: bool,
    /// Its cursor before them.
    pub(super) start: u64,
    pub(super) state: StreamState,
    /// Its cursor afterwards.
    pub(super) at: u64,
}

impl Part {
    /// Whether nothing comes after it.
    pub(super) fn is_over(&self) -> bool {
        self.is_all && self.state != StreamState::Open
    }

    /// Whether the end of the stream is part of it, for a reader that had that cursor.
    pub(super) fn ends(&self, from: u64) -> bool {
        self.is_over() && self.at != from
    }
}

/// Checks the name of a stream.
pub(super) fn check_name(name: &str) -> Result<()> {
    match name.len() {
        1..=MAX_NAME => Ok(()),
        length => Err(Error::invalid(format!(
            "the name of a stream has 1 to {MAX_NAME} bytes, this one has {length}"
        ))),
    }
}

fn check_chunk(name: &str, chunk: &str) -> Result<()> {
    let length = chunk.len();
    if length > MAX_CHUNK {
        return Err(Error::invalid(format!(
            "a chunk of a stream has at most {MAX_CHUNK} bytes as JSON, one for `{name}` has \
             {length}: append it in parts"
        )));
    }
    Ok(())
}

/// Begins a stream, if there is none of that name; the open transaction makes the object exist.
fn begin(instance: &Instance, name: &str) -> Result<()> {
    match instance.own().run(BEGIN, (name,)) {
        Err(error) if lacks_table(&error) => {
            instance.own().run(CREATE_STREAMS, ())?;
            instance.own().run(CREATE_CHUNKS, ())?;
            instance.own().run(BEGIN, (name,)).map(drop)
        }
        begun => begun.map(drop),
    }
}

/// Appends chunks in the open transaction, and returns the cursors of the first and of the last.
pub(super) fn append(instance: &Instance, name: &str, chunks: &[String]) -> Result<(u64, u64)> {
    check_name(name)?;
    chunks
        .iter()
        .try_for_each(|chunk| check_chunk(name, chunk))?;
    instance.begin_to_exist()?;
    match chunks {
        [] => Err(Error::invalid("there is no chunk to append")),
        [chunk] => append_one(instance, name, chunk),
        _ => append_all(instance, name, chunks),
    }
}

fn append_one(instance: &Instance, name: &str, chunk: &str) -> Result<(u64, u64)> {
    let insert = || instance.own().optional(APPEND, (name, chunk));
    let mut cursor = if_there(insert())?;
    if cursor.is_none() {
        begin(instance, name)?;
        cursor = insert()?;
    }
    let cursor = cursor.ok_or_else(|| has_ended(name))?;
    Ok((cursor, cursor))
}

fn append_all(instance: &Instance, name: &str, chunks: &[String]) -> Result<(u64, u64)> {
    begin(instance, name)?;
    let stored = find(instance, name)?;
    if !stored.is_open() {
        return Err(has_ended(name));
    }
    let mut next = stored.next;
    for together in groups(chunks) {
        let list = serde_json::to_string(together)?;
        instance.own().run(APPEND_ALL, (name, next, list))?;
        next += together.len() as u64;
    }
    Ok((stored.next, next - 1))
}

#[cold]
fn has_ended(name: &str) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("the stream `{name}` has ended: nothing can be appended to it"),
    )
}

/// The chunks in groups that fit into one value.
fn groups(mut chunks: &[String]) -> impl Iterator<Item = &[String]> {
    std::iter::from_fn(move || {
        let mut size = 0;
        let fits = chunks.iter().take_while(|chunk| {
            size += chunk.len();
            size <= TOGETHER
        });
        let count = fits.count().max(1);
        let group;
        (group, chunks) = chunks.split_at_checked(count)?;
        Some(group)
    })
}

/// Ends a stream in the open transaction, and returns its end's cursor, and whether that is new.
pub(super) fn end(instance: &Instance, name: &str, error: Option<&str>) -> Result<(u64, bool)> {
    check_name(name)?;
    let end = || instance.own().run(END, (name, error));
    let mut ended = if_there(end())?;
    if ended == 0 {
        instance.begin_to_exist()?;
        begin(instance, name)?;
        ended = end()?;
    }
    Ok((find(instance, name)?.next, ended > 0))
}

/// The stream, if there is one.
fn stored(instance: &Instance, name: &str) -> Result<Option<Stored>> {
    instance.read_later(|| instance.own().optional(FIND, (name,)))
}

/// The stream, or what a new one of that name would be.
pub(super) fn find(instance: &Instance, name: &str) -> Result<Stored> {
    if let Some(stored) = stored(instance, name)? {
        return Ok(stored);
    }
    let unused = stored(instance, "")?;
    Ok(unused.unwrap_or_else(Stored::new))
}

/// All streams, by name.
pub(super) fn list(instance: &Instance) -> Result<Vec<Stored>> {
    instance.read_later(|| instance.own().all(LIST, ()))
}

/// What a reader gets next whose last cursor is `from`: at most `limit` chunks.
pub(super) fn read(instance: &Instance, name: &str, from: u64, limit: usize) -> Result<Part> {
    check_name(name)?;
    let stored = find(instance, name)?;
    let is_trimmed = stored.has_lost(from);
    let start = match is_trimmed || from == 0 {
        true => stored.first - 1,
        false => from,
    };
    let mut chunks: Vec<(u64, String)> = Vec::new();
    let (next, count) = (
        start + 1,
        (stored.next - 1).saturating_sub(start).min(limit as u64),
    );
    if count > FEW {
        let values = (name, next, count, PAGE);
        chunks = instance.own().all(READ_MANY, values)?;
    } else if count > 0 {
        chunks = instance.own().all(READ, (name, next, count))?;
    }
    let at = chunks.last().map_or(start, |(cursor, _)| *cursor);
    let is_all = at + 1 >= stored.next;
    Ok(Part {
        is_trimmed,
        chunks,
        is_all,
        start,
        at: if is_all { stored.last() } else { at },
        state: stored.state,
    })
}

/// Removes all chunks but the last ones, in the open transaction; returns how many.
pub(super) fn trim(instance: &Instance, name: &str, keep: u64) -> Result<u64> {
    check_name(name)?;
    let stored = find(instance, name)?;
    let first = stored.next.saturating_sub(keep);
    if first <= stored.first {
        return Ok(0);
    }
    let change = "UPDATE _actors_streams SET first = ? WHERE name = ?";
    instance.own().run(change, (first, name))?;
    instance.own().run(TRIM, (name, first)).map(drop)?;
    Ok(first - stored.first)
}

/// Removes a stream and its chunks in the open transaction; returns whether there was one.
pub(super) fn delete(instance: &Instance, name: &str) -> Result<bool> {
    check_name(name)?;
    let Some(stored) = stored(instance, name)? else {
        return Ok(false);
    };
    let unused = stored.last() + 1;
    let remove = "DELETE FROM _actors_streams WHERE name = ?";
    instance.own().run(remove, (name,))?;
    instance.own().run(TRIM, (name, unused))?;
    let note = "INSERT INTO _actors_streams (name, first) VALUES ('', ?) \
                ON CONFLICT (name) DO UPDATE SET first = MAX(first, excluded.first)";
    instance.own().run(note, (unused,)).map(drop)?;
    Ok(true)
}

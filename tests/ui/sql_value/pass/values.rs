//! What derives `SqlValue`.

#![deny(missing_docs, unused)]

use actors_core::sql::SqlValue;
use actors_core::sql_table;

/// A text.
#[derive(SqlValue, Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// `new`
    New,
    /// `done`
    #[sql(name = "done")]
    r#Final,
}

/// An integer.
#[derive(SqlValue, Clone, Debug, PartialEq)]
pub struct Id(pub i64);

/// A text.
#[derive(SqlValue)]
pub struct Name {
    inner: String,
}

/// Of a value of one's own.
#[derive(SqlValue)]
pub struct Twice(Id);

/// A table of them.
#[sql_table(primary_key(id, twice))]
pub struct Row {
    id: Id,
    twice: Twice,
    #[sql(default = "new")]
    state: State,
    name: Option<Name>,
}

fn main() {}

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

/// A type that is more private than the table.
#[derive(SqlValue, PartialEq)]
struct Secret(u32);

/// A table of it.
#[sql_table]
pub struct Keyed {
    #[sql(primary_key)]
    id: Secret,
}

/// One that is more private than what references it.
#[sql_table]
struct Hidden {
    #[sql(primary_key)]
    id: Secret,
}

/// What references it.
#[sql_table]
pub struct Open {
    #[sql(references = Hidden)]
    hidden: Secret,
    #[sql(references(Keyed, on_delete = set_null))]
    keyed: Option<Secret>,
}

/// An actor with all of them.
#[actors_core::actor(tables(Row, Keyed, Hidden, Open))]
pub struct All {}

#[actors_core::actor]
impl All {}

fn main() {}

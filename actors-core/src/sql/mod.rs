//! SQL on the actor's own SQLite database.

pub(crate) mod cell;
mod database;
mod json;
pub(crate) mod list;
#[cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "only the runtime binds each number as a REAL")
)]
pub(crate) mod parameters;
mod row;
mod table;
mod value;

// Parts of the public module that depend on actors.
pub use crate::actor::each::Each;
pub use crate::actor::statement::{HasTables, NoRows, ReadAs, Rows, Statement, Untyped};
pub use crate::actor::table::HasTable;
#[doc(hidden)]
pub use crate::actor::table::{NeedsKey, auto_id, insert_id, no_id};

/// Derives [`trait@SqlValue`].
pub use actors_macros::SqlValue;
#[doc(hidden)]
pub use cell::Cell;
pub(crate) use database::Database;
pub use database::{Sql, Usage};
pub use json::Json;
#[doc(hidden)]
pub use json::to_json;
#[doc(hidden)]
pub use list::MayBeInList;
pub use list::{InList, List};
pub(crate) use row::check_shape;
pub use row::{FromRow, Row};
pub use table::{IndexDef, Keyed, Migration, Table, TableDef};
#[doc(hidden)]
pub use value::no_variant;
pub use value::{AsSql, FromSql, Number, Params, SqlValue, ToSql, Value};

#[doc(inline)]
pub use actors_macros::FromRow;

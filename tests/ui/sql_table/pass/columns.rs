//! All that a column can be.

#![deny(missing_docs, unused, unreachable_pub)]

use actors_core::{SqlValue, Timestamp, sql_table};

/// Each type.
#[sql_table(name = "select", index(from(group, order)), unique(to(a)))]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kinds {
    /// The key.
    #[sql(primary_key)]
    pub key: i64,
    /// A flag.
    pub a: bool,
    /// Whole numbers.
    pub b: u8,
    pub(crate) c: Option<i32>,
    d: std::primitive::u64,
    e: f32,
    f: f64,
    #[sql(unique)]
    g: std::string::String,
    h: Vec<u8>,
    #[sql(index)]
    i: Option<Vec<u8>>,
    j: Timestamp,
    k: std::option::Option<actors_core::Timestamp>,
    group: u32,
    order: u32,
    r#where: String,
}

/// Without a key.
#[sql_table]
pub struct Log {
    line: String,
}

/// A generated id and unique keys, all more private than the table.
#[sql_table(unique(by_at(at, r#type), r#for(r#type, where = "at > 0")))]
pub struct Named {
    #[sql(primary_key, auto)]
    id: NamedId,
    #[sql(unique)]
    r#type: String,
    at: Option<Timestamp>,
}

#[derive(SqlValue)]
struct NamedId(u64);

/// The same with a table option.
#[sql_table(primary_key(id))]
pub struct Numbered {
    #[sql(auto)]
    id: i64,
}

/// The key alone.
#[sql_table]
pub struct Seen {
    #[sql(primary_key)]
    id: String,
}

fn main() {}

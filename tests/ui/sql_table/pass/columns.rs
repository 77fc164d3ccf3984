//! All that a column can be.

#![deny(missing_docs, unused, unreachable_pub)]

use actors_core::{Timestamp, sql_table};

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

/// The key alone.
#[sql_table]
pub struct Seen {
    #[sql(primary_key)]
    id: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(index(sqlite_by_time(timestamp)))]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

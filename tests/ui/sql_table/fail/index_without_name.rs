use actors_core::prelude::*;

#[sql_table(index(timestamp))]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

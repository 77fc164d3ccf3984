use actors_core::prelude::*;

#[sql_table(strict)]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

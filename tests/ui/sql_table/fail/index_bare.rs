use actors_core::prelude::*;

#[sql_table(index)]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

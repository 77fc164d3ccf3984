use actors_core::prelude::*;

#[sql_table(index(by_time("timestamp")))]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

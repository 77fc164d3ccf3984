use actors_core::prelude::*;

#[sql_table(index(by_time(timestamp)), unique(by_time(word)))]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

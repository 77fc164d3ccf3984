use actors_core::prelude::*;

#[sql_table(name = "words", index(words(timestamp)))]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

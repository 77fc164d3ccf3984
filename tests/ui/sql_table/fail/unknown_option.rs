use actors_core::prelude::*;

#[sql_table(nam = "words")]
pub struct Word {
    word: String,
    timestamp: Timestamp,
}

fn main() {}

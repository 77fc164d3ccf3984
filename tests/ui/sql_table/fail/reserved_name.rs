use actors_core::prelude::*;

#[sql_table(name = "sqlite_words")]
pub struct Word {
    word: String,
}

fn main() {}

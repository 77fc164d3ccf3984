use actors_core::prelude::*;

#[sql_table(name = "_actors_words")]
pub struct Word {
    word: String,
}

fn main() {}

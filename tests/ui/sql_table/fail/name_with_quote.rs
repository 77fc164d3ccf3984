use actors_core::prelude::*;

#[sql_table(name = "words\"; DROP TABLE x")]
pub struct Word {
    word: String,
}

fn main() {}

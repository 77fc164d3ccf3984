use actors_core::prelude::*;

#[sql_table(words)]
pub struct Word {
    word: String,
}

fn main() {}

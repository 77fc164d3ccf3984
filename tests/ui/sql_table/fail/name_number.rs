use actors_core::prelude::*;

#[sql_table(name = 5)]
pub struct Word {
    word: String,
}

fn main() {}

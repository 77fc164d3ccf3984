use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    Word: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    _cf_word: String,
}

fn main() {}

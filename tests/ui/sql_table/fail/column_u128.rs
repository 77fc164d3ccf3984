use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    extra: u128,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    extra: Vec<String>,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    extra: Option<Option<u32>>,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    extra: [u8; 4],
}

fn main() {}

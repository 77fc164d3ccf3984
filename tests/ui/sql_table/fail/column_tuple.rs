use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    extra: (u32, u32),
}

fn main() {}

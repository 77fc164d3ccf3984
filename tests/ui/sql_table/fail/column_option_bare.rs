use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql]
    word: String,
    count: u32,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[primary_key]
    word: String,
    count: u32,
}

fn main() {}

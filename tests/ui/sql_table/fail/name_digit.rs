use actors_core::prelude::*;

#[sql_table(name = "1words")]
pub struct Word {
    word: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(name = "my words")]
pub struct Word {
    word: String,
}

fn main() {}

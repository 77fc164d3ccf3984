use actors_core::prelude::*;

#[sql_table(name = "")]
pub struct Word {
    word: String,
}

fn main() {}

use actors_core::prelude::*;

pub struct Word {
    word: String,
}

#[sql_table]
impl Word {}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Word<'a> {
    word: &'a str,
}

fn main() {}

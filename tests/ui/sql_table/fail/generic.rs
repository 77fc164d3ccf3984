use actors_core::prelude::*;

#[sql_table]
pub struct Word<T> {
    word: T,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(index(by_extra(extra)))]
pub struct Word {
    word: String,
    extra: char,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    extra: std::collections::HashMap<String, u32>,
}

fn main() {}

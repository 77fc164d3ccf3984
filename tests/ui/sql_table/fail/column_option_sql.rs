use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(not_null)]
    word: String,
    count: u32,
}

fn main() {}

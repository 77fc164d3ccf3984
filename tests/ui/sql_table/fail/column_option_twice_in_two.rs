use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(unique)]
    #[sql(unique)]
    word: String,
    count: u32,
}

fn main() {}

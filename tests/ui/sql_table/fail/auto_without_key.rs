use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(auto)]
    id: u32,
    word: String,
}

fn main() {}

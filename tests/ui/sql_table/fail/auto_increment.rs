use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key, autoincrement)]
    id: u32,
    word: String,
}

fn main() {}

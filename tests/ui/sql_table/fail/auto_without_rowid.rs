use actors_core::prelude::*;

#[sql_table(without_rowid)]
pub struct Word {
    #[sql(primary_key, auto)]
    id: u32,
    word: String,
}

fn main() {}

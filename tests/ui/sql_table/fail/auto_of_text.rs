use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key, auto)]
    id: String,
    word: String,
}

fn main() {}

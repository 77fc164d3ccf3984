use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key, auto)]
    at: Timestamp,
    word: String,
}

fn main() {}

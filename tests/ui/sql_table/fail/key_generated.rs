use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    word: String,
    #[sql(primary_key, generated = "lower(word)")]
    page: String,
}

fn main() {}

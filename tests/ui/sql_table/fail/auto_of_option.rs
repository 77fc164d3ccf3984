use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key, auto)]
    id: Option<i64>,
    word: String,
}

fn main() {}

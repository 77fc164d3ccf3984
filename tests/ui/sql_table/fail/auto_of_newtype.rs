use actors_core::prelude::*;

#[derive(SqlValue)]
pub struct WordId(String);

#[sql_table]
pub struct Word {
    #[sql(primary_key, auto)]
    id: WordId,
    word: String,
}

fn main() {}

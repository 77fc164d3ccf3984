use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key)]
    word: Option<String>,
    count: u32,
}

fn main() {}

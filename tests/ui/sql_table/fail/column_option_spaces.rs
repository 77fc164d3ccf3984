use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary key)]
    word: String,
    count: u32,
}

fn main() {}

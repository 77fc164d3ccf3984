use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(references = Auhtor)]
    author: u32,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(json = true)]
    tags: Vec<String>,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(unique, index)]
    page: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(primary_key, json)]
    page: Vec<String>,
}

fn main() {}

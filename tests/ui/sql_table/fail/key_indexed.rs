use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(primary_key, index)]
    page: String,
}

fn main() {}

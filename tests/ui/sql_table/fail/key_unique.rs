use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(primary_key, unique)]
    page: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(was = "page")]
    path: String,
    page: String,
}

fn main() {}

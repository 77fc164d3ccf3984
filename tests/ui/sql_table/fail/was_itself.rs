use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(was = "page")]
    page: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(was = "page")]
    path: String,
    #[sql(was = "page")]
    url: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(was = "_cf_page")]
    path: String,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(primary_key = "page")]
pub struct Visit {
    page: String,
}

fn main() {}

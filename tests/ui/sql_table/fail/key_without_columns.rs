use actors_core::prelude::*;

#[sql_table(primary_key())]
pub struct Visit {
    page: String,
}

fn main() {}

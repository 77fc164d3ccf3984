use actors_core::prelude::*;

#[sql_table(primary_key(page, day))]
pub struct Visit {
    page: String,
    day: Option<u32>,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(primary_key(page, dya))]
pub struct Visit {
    page: String,
    day: u32,
}

fn main() {}

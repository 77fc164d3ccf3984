use actors_core::prelude::*;

#[sql_table(check = "count > (SELECT 1)")]
pub struct Visit {
    count: u32,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(check = "start < stop")]
pub struct Visit {
    start: u32,
    end: u32,
}

fn main() {}

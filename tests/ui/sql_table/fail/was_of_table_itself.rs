use actors_core::prelude::*;

#[sql_table(name = "visits", was = "visits")]
pub struct Visit {
    page: String,
}

fn main() {}

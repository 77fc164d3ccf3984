use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    tags: Vec<String>,
}

fn main() {}

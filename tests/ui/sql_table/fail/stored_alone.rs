use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(stored)]
    count: u32,
}

fn main() {}

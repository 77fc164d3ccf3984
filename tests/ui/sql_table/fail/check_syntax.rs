use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(check = "count >")]
    count: u32,
}

fn main() {}

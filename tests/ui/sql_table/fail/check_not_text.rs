use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(check = true)]
    count: u32,
}

fn main() {}

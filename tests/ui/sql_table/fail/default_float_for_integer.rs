use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = 0.5)]
    count: u32,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = u32::MAX)]
    count: u32,
}

fn main() {}

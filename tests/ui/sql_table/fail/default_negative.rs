use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = -1)]
    count: u32,
}

fn main() {}

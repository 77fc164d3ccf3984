use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = false)]
    count: u32,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    count: u32,
    #[sql(generated = "count * 2", default = 0)]
    twice: u32,
}

fn main() {}

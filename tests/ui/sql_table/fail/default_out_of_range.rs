use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = 256)]
    count: u8,
}

fn main() {}

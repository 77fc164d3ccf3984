use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(check = "count > 0), CHECK (1")]
    count: u32,
}

fn main() {}

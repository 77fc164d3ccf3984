use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(check = "cuont > 0")]
    count: u32,
}

fn main() {}

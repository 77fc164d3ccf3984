use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(was)]
    path: String,
}

fn main() {}

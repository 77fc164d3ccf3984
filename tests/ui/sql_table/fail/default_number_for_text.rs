use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = 0)]
    page: String,
}

fn main() {}

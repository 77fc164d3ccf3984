use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(json, default = "{")]
    tags: Vec<String>,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    kind: Knid,
}

fn main() {}

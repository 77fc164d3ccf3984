use actors_core::prelude::*;

#[sql_table(without_rowid)]
pub struct Visit {
    page: String,
}

fn main() {}

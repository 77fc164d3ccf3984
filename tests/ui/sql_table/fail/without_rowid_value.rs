use actors_core::prelude::*;

#[sql_table(without_rowid = true)]
pub struct Visit {
    #[sql(primary_key)]
    page: String,
}

fn main() {}

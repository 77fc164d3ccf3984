use actors_core::prelude::*;

#[sql_table(primary_key(page, day))]
pub struct Visit {
    page: String,
    #[sql(primary_key)]
    day: u32,
}

fn main() {}

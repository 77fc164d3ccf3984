use actors_core::prelude::*;

#[derive(SqlValue)]
pub struct Page(String);

#[sql_table]
pub struct Visit {
    #[sql(default = 5)]
    page: Page,
}

fn main() {}

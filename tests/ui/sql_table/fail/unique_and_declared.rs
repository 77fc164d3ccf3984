use actors_core::prelude::*;

#[sql_table(unique(visit_page(page)))]
pub struct Visit {
    #[sql(unique)]
    page: String,
}

fn main() {}

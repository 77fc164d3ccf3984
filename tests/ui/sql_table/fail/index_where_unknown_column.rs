use actors_core::prelude::*;

#[sql_table(index(by_page(page, where = "doen = 0")))]
pub struct Visit {
    page: String,
    done: bool,
}

fn main() {}

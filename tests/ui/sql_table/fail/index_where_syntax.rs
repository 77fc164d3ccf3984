use actors_core::prelude::*;

#[sql_table(index(by_page(page, where = "done =")))]
pub struct Visit {
    page: String,
    done: bool,
}

fn main() {}

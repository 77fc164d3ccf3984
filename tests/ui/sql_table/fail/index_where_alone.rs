use actors_core::prelude::*;

#[sql_table(index(by_page(where = "done = 0")))]
pub struct Visit {
    page: String,
    done: bool,
}

fn main() {}

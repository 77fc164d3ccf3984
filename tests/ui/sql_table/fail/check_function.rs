use actors_core::prelude::*;

#[sql_table(check = "lenght(page) > 0")]
pub struct Visit {
    page: String,
}

fn main() {}

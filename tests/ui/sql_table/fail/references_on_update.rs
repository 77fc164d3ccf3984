use actors_core::prelude::*;

#[sql_table]
pub struct Author {
    #[sql(primary_key)]
    id: u32,
}

#[sql_table]
pub struct Visit {
    #[sql(references(Author, on_update = cascade))]
    author: u32,
}

fn main() {}

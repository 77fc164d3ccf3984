use actors_core::prelude::*;

#[sql_table]
pub struct Author {
    #[sql(primary_key)]
    id: u32,
}

#[sql_table]
pub struct Visit {
    #[sql(references(Author, on_delete = set_null))]
    author: u32,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Author {
    #[sql(primary_key)]
    id: u32,
}

#[sql_table]
pub struct Book {
    #[sql(references = Author)]
    author: u32,
}

#[actor(tables(Book))]
pub struct Library {}

#[actor]
impl Library {}

fn main() {}

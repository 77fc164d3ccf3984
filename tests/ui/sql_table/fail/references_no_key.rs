use actors_core::prelude::*;

#[sql_table]
pub struct Author {
    id: u32,
}

#[sql_table]
pub struct Visit {
    #[sql(references = Author)]
    author: u32,
}

fn main() {}

use actors_core::prelude::*;

pub struct Author {
    pub id: u32,
}

#[sql_table]
pub struct Visit {
    #[sql(references = Author)]
    author: u32,
}

fn main() {}

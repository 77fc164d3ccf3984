use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = Timestamp::now())]
    at: Timestamp,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = 9007199254740992)]
    count: i64,
}

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(generated = "random()")]
    chance: i64,
}

fn main() {}

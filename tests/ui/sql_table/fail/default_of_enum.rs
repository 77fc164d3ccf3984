use actors_core::prelude::*;

#[derive(SqlValue)]
pub enum State {
    New,
    Done,
}

#[sql_table]
pub struct Visit {
    #[sql(default = "nwe")]
    state: State,
}

fn main() {}

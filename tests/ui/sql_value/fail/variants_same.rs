use actors_core::prelude::*;

#[derive(SqlValue)]
pub enum State {
    InProgress,
    #[sql(name = "in_progress")]
    Running,
}

fn main() {}

use actors_core::prelude::*;

#[derive(SqlValue)]
pub enum State {
    #[sql("started")]
    Running,
}

fn main() {}

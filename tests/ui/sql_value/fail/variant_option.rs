use actors_core::prelude::*;

#[derive(SqlValue)]
pub enum State {
    #[sql(rename = "started")]
    Running,
}

fn main() {}

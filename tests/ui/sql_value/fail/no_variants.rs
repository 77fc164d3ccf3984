use actors_core::prelude::*;

#[derive(SqlValue)]
pub enum State {}

fn main() {}

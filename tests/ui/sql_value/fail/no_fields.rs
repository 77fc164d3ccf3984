use actors_core::prelude::*;

#[derive(SqlValue)]
pub struct Point;

fn main() {}

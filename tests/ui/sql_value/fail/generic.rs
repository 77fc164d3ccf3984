use actors_core::prelude::*;

#[derive(SqlValue)]
pub struct Id<T>(T);

fn main() {}

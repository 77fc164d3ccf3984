use actors_core::prelude::*;

pub struct Point;

#[derive(SqlValue)]
pub struct Place(Point);

fn main() {}

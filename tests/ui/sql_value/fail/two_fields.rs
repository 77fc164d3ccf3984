use actors_core::prelude::*;

#[derive(SqlValue)]
pub struct Point {
    x: f64,
    y: f64,
}

fn main() {}

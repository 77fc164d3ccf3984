use actors_core::prelude::*;

pub struct Point;

#[sql_table]
pub struct Visit {
    #[sql(json)]
    point: Point,
}

fn main() {}

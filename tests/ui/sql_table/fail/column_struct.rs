use actors_core::prelude::*;

pub struct Point {
    x: u32,
}

#[sql_table]
pub struct Word {
    word: String,
    extra: Point,
}

fn main() {}

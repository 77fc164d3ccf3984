use actors_core::prelude::*;

#[sql_table]
pub enum Light {
    Red,
    Green,
}

fn main() {}

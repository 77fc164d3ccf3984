use actors_core::prelude::*;

#[sql_table]
pub struct Word(String, u32);

fn main() {}

use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    page: String,
}

#[actor(tables(Visit, Visit))]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}

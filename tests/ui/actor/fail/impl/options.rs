use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[sql_table]
pub struct Visit {
    page: String,
}

#[actor(tables(Visit))]
impl Counter {
    pub fn count(&self) -> u32 {
        self.count
    }
}

fn main() {}

use actors_core::prelude::*;
use actors_core::Sql;

#[actor]
pub struct Counter {
    count: u64,
}

#[actor]
impl Counter {
    pub fn add(&mut self, sql: &Sql<'_>) -> Result<u64> {
        sql.one("SELECT 1", ())
    }
}

fn main() {}

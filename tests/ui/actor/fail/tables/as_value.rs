use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    page: String,
}

#[actor(tables = Visit)]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn visits(&self, ctx: &Ctx<Self>) -> Result<u32> {
        Ok(Visit::all(ctx)?.len() as u32)
    }
}

fn main() {}

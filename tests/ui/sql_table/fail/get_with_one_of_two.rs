use actors_core::prelude::*;

#[sql_table(primary_key(page, day))]
pub struct Visit {
    page: String,
    day: u32,
}

#[actor(tables(Visit))]
pub struct Pages {}

#[actor]
impl Pages {
    pub fn has(&self, ctx: &Ctx<Self>, page: String) -> Result<bool> {
        Ok(Visit::get(ctx, &page)?.is_some())
    }
}

fn main() {}

use actors_core::prelude::*;

#[bindings]
struct Bindings {
    cache: Kv,
}

#[actor]
struct Shop {}

#[actor]
impl Shop {
    pub async fn look(&self, ctx: &Ctx<Self>) -> Result<Option<String>> {
        ctx.bindings().cache.get("a").await
    }
}

fn main() {}

use actors_core::prelude::*;

struct Bindings {
    cache: Kv,
}

#[actor(bindings(Bindings))]
struct Shop {}

#[actor]
impl Shop {
    pub async fn look(&self, ctx: &Ctx<Self>) -> Result<Option<String>> {
        ctx.bindings().cache.get("a").await
    }
}

fn main() {}

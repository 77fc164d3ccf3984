use actors_core::prelude::*;

#[bindings]
struct Texts {
    greeting: String,
}

#[bindings]
struct Stores {
    cache: Kv,
}

#[actor(bindings(Texts, Stores))]
struct Shop {}

#[actor]
impl Shop {
    pub fn greet(&self, ctx: &Ctx<Self>) -> String {
        ctx.bindings().greeting.clone()
    }
}

fn main() {}

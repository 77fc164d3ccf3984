use actors_core::prelude::*;

#[bindings]
struct Bindings {
    cache: Kv,
    tags: Vec<String>,
}

fn read(env: &Env) -> Result<usize> {
    Ok(Bindings::of(env)?.tags.len())
}

fn main() {}

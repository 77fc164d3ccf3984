use actors_core::prelude::*;

#[bindings(config = "queue_unbound.jsonc")]
pub struct Bindings {
    jobs: Queue<String>,
}

fn main() {}

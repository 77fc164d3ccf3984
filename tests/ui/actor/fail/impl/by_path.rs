use actors_core::prelude::*;

mod inner {
    use actors_core::prelude::*;

    #[actor]
    pub struct Counter {}
}

#[actor]
impl inner::Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}

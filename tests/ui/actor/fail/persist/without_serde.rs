use actors_core::prelude::*;

#[derive(Default)]
pub struct Settings {
    limit: u32,
}

#[actor]
pub struct Counter {
    #[persist]
    settings: Settings,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}

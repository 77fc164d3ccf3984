use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_init]
    fn prepare(&mut self) -> Result<u32> {
        Ok(1)
    }
}

fn main() {}

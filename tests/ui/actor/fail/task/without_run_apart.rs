use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(number: u32) -> u32 {
        number
    }
}

fn main() {}

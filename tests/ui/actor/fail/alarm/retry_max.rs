use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(retry(max = 0))]
    fn strike(&mut self) {}
}

fn main() {}

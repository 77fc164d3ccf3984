use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(retry(tries = 5))]
    fn strike(&mut self) {}
}

fn main() {}

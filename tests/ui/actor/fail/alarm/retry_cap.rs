use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(retry(base = "1h", cap = "1m"))]
    fn strike(&mut self) {}
}

fn main() {}

use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(retry(base = "2 parsecs"))]
    fn strike(&mut self) {}
}

fn main() {}

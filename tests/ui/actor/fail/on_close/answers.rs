use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_close]
    fn left(&mut self, why: Close) -> u16 {
        why.code
    }
}

fn main() {}

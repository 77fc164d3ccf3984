use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_close]
    fn left(&mut self) {}

    #[on_close]
    fn gone(&mut self) {}
}

fn main() {}

use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_error]
    fn failed(&mut self, message: String) {
        drop(message);
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message(jsn)]
    fn all(&mut self, message: String) {
        drop(message);
    }
}

fn main() {}

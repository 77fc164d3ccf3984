use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message(bytes)]
    fn take(&mut self, bytes: Vec<u8>) {
        drop(bytes);
    }
}

fn main() {}

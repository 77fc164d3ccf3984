use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message(text, bytes)]
    fn all(&mut self, text: String) {
        drop(text);
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message(text)]
    fn say(&mut self, text: Bytes) {
        drop(text);
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message]
    fn say(&mut self, text: String) {
        drop(text);
    }

    #[on_message(json)]
    fn all(&mut self, message: String) {
        drop(message);
    }
}

fn main() {}

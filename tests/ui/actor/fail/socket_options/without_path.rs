use actors_core::prelude::*;

#[actor(sockets(ping = "ping", pong = "pong"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message]
    fn say(&mut self, text: String) {
        drop(text);
    }
}

fn main() {}

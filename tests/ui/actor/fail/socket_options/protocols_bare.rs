use actors_core::prelude::*;

#[actor(sockets(path = "/ws", protocols))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message]
    fn say(&mut self, text: String) {
        drop(text);
    }
}

fn main() {}

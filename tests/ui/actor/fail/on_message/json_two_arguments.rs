use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message(json)]
    fn say(&mut self, text: String, loud: bool) {
        drop((text, loud));
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message(unhandled)]
    fn what(&mut self, error: Error, message: Message) {
        drop((message, error));
    }
}

fn main() {}

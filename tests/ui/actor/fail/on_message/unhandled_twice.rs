use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message(unhandled)]
    fn what(&mut self, error: Error) {
        drop(error);
    }

    #[on_message(unhandled)]
    fn again(&mut self, message: Message) {
        drop(message);
    }
}

fn main() {}

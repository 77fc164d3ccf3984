use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_error]
    fn failed(&mut self, error: Error) -> Error {
        error
    }
}

fn main() {}

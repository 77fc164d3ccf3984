use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_close]
    fn left(&mut self, code: u16) {
        let _ = code;
    }
}

fn main() {}

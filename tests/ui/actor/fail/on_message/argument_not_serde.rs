use actors_core::prelude::*;

pub struct Line {
    text: String,
}

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message]
    fn say(&mut self, line: Line) {
        drop(line.text);
    }
}

fn main() {}

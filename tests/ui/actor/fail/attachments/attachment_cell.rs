use std::cell::Cell;

use actors_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Member {
    said: Cell<u32>,
}

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self) -> Admission<Member> {
        Admission::new(Member { said: Cell::new(0) })
    }
}

fn main() {}

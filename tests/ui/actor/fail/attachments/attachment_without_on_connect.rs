use actors_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Member {
    name: String,
}

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message]
    fn say(&mut self, from: &Socket<Member>) {
        let _ = &from.data().name;
    }
}

fn main() {}

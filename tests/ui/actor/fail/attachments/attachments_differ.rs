use actors_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Member {
    name: String,
}

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Guest {
    number: u32,
}

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self) -> Admission<Member> {
        Admission::new(Member { name: String::new() })
    }

    #[on_message]
    fn say(&mut self, from: &Socket<Member>) {
        let _ = &from.data().name;
    }

    #[on_close]
    fn left(&mut self, who: &Socket<Guest>) {
        let _ = who.data().number;
    }
}

fn main() {}

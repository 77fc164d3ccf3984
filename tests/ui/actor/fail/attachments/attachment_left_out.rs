use actors_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Member {
    name: String,
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
    fn say(&mut self, from: &Socket) -> Result<()> {
        from.send("hello")
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_message]
    fn say(&mut self, from: Socket) -> Result<()> {
        from.send("hello")
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self) -> Result<bool> {
        Ok(true)
    }
}

fn main() {}

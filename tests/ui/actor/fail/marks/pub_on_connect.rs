use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    pub fn admit(&self) -> Admission<()> {
        Admission::new(())
    }
}

fn main() {}

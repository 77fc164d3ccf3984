use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self, name: String) -> Admission<()> {
        drop(name);
        Admission::new(())
    }
}

fn main() {}

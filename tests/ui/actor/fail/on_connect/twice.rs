use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self) -> Admission<()> {
        Admission::new(())
    }

    #[on_connect]
    fn refuse(&self) -> Admission<()> {
        Admission::refuse(403, "nobody")
    }
}

fn main() {}

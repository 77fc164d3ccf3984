use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self, request: Request) -> Admission<()> {
        drop(request);
        Admission::new(())
    }
}

fn main() {}

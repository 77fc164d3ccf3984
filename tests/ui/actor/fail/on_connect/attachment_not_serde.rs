use actors_core::prelude::*;

pub struct Member {
    name: String,
}

#[actor(sockets(path = "/ws"))]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self) -> Result<Admission<Member>> {
        Ok(Admission::new(Member { name: String::new() }))
    }

    #[on_message]
    fn say(&mut self, ctx: &Ctx<Self>, from: &Socket<Member>) -> Result<()> {
        ctx.sockets().except(from).send(&from.data().name).map(drop)
    }
}

fn main() {}

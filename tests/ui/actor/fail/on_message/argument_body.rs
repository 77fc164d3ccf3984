use actors_core::prelude::*;

#[actor(sockets(path = "/ws"))]
pub struct Mirror {}

#[actor]
impl Mirror {
    #[on_message]
    async fn upload(&mut self, data: Body) -> Result<()> {
        data.bytes().await.map(drop)
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor]
pub struct Mirror {}

#[actor]
impl Mirror {
    #[alarm]
    async fn upload(&mut self, data: Body) -> Result<()> {
        data.bytes().await.map(drop)
    }
}

fn main() {}

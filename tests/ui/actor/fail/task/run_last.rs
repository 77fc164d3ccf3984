use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, number: u32, run: &Run) -> Result<()> {
        run.sleep("rest", seconds(u64::from(number))).await
    }
}

fn main() {}

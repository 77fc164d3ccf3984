use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work<T>(&self, run: &Run, number: u32) -> Result<()> {
        run.progress(&number)
    }
}

fn main() {}

use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    pub async fn begin(&self) -> Result<()> {
        self.work(5).await
    }

    #[task]
    async fn work(&self, run: &Run, number: u32) -> Result<()> {
        run.progress(&number)
    }
}

fn main() {}

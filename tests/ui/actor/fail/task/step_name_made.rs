use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run, files: Vec<String>) -> Result<()> {
        for file in files {
            run.step(format!("write {file}"), async || Ok(1)).await?;
        }
        Ok(())
    }
}

fn main() {}

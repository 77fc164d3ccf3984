use actors_core::prelude::*;

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    fn work(&self, run: &Run) -> Result<()> {
        run.progress(&1)
    }
}

fn main() {}

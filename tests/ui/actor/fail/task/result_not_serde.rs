use actors_core::prelude::*;

pub struct Report {
    pub text: String,
}

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run) -> Result<Report> {
        run.progress(&1)?;
        Ok(Report { text: String::new() })
    }
}

fn main() {}

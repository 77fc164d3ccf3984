use actors_core::prelude::*;

pub struct Report {
    pub text: String,
}

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run, report: Report) -> Result<()> {
        run.progress(&report.text)
    }
}

fn main() {}

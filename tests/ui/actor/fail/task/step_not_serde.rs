use actors_core::prelude::*;

pub struct Report {
    pub text: String,
}

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(&self, run: &Run) -> Result<String> {
        let report = run.step("report", async || Ok(Report { text: String::new() })).await?;
        Ok(report.text)
    }
}

fn main() {}

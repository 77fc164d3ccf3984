use actors_core::prelude::*;

pub struct Report {
    pub text: String,
}

#[actor]
pub struct Agent {}

#[actor]
impl Agent {
    #[task]
    async fn work(run: &Run<Self>) -> Result<String> {
        let report = run
            .write("report", |_, _| Ok(Report { text: String::new() }))
            .await?;
        Ok(report.text)
    }
}

fn main() {}

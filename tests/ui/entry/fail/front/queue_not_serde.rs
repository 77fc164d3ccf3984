use actors_core::Batch;
use actors_core::prelude::*;

pub struct Job;

async fn jobs(_: Batch<Job>, _: &Env) -> Result<()> {
    Ok(())
}

actors_core::entry! {
    queue = jobs,
}

fn main() {}

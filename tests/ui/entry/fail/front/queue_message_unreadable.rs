#![allow(unused)]

use actors_core::Batch;
use actors_core::prelude::*;

struct Mail {
    to: String,
}

async fn jobs(_: Batch<Mail>, _: &Env) -> Result<()> {
    Ok(())
}

actors_core::entry! {
    queue = jobs,
}

fn main() {}

#![allow(unused)]

use actors_core::Batch;
use actors_core::prelude::*;

async fn jobs(_: Batch<u32>, _: &Env) -> Result<()> {
    Ok(())
}

actors_core::entry! {
    queue = jobs,
    queue("mails") = jobs,
}

fn main() {}

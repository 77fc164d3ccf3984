use actors_core::Scheduled;
use actors_core::prelude::*;

async fn nightly(event: Scheduled, _: &Env) -> Result<String> {
    Ok(event.cron)
}

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    scheduled = nightly,
}

fn main() {}

use actors_core::{Batch, Scheduled};
use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

async fn authenticate(request: Request, _: &Env) -> Result<std::ops::ControlFlow<Response, Request>> {
    Ok(std::ops::ControlFlow::Continue(request))
}

async fn site(_: Request, _: &Env) -> Result<Response> {
    json_response(200, &"hello")
}

async fn nightly(_: Scheduled, _: &Env) -> Result<()> {
    Ok(())
}

async fn jobs(_: Batch<u32>, _: &Env) -> Result<()> {
    Ok(())
}

mod whole {
    use super::*;

    actors_core::entry! {
        before = authenticate,
        "/rooms/{name}" => Room,
        fallback = site,
        assets = "ASSETS",
        scheduled = nightly,
        queue("jobs") = jobs,
        queue("mails") = async |_: Batch<String>, _: &Env| Ok(()),
        config = false,
    }
}

mod none {
    use super::*;

    actors_core::entry!(scheduled = nightly);
}

fn main() {}

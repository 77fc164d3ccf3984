#![allow(unused)]

use actors_core::prelude::*;

async fn authenticate(request: Request, _: &Env) -> Result<std::ops::ControlFlow<Response, Request>> {
    Ok(std::ops::ControlFlow::Continue(request))
}

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    before = authenticate,
    before = authenticate,
    "/rooms/{name}" => Room,
}

fn main() {}

#![allow(unused)]

use actors_core::prelude::*;

async fn site(_: Request, _: &Env) -> Result<Response> {
    json_response(200, &"hello")
}

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    Room,
    fallback = site,
}

fn main() {}

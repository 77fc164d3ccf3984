#![allow(unused)]

use actors_core::prelude::*;

#[bindings]
struct Bindings {
    greeting: String,
}

async fn site(_: Request, env: &Env) -> Result<Response> {
    Ok(http::Response::new(Bindings::of(env)?.greeting.clone().into()))
}

actors_core::entry! {
    bindings = Bindings,
    fallback = site,
}

fn main() {}

#![allow(unused)]

use actors_core::prelude::*;

struct Bindings {
    greeting: String,
}

async fn site(_: Request, env: &Env) -> Result<Response> {
    Ok(http::Response::new(Body::empty()))
}

actors_core::entry! {
    bindings(Bindings),
    fallback = site,
}

fn main() {}

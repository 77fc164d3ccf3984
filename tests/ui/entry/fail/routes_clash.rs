use actors_core::prelude::*;

#[actor]
pub struct Counter {}

#[actor]
impl Counter {}

actors_core::entry! {
    "/counters/{name}" => Counter,
    "/counters/{other}" => Counter, |request| Some(request.uri().path().to_owned()),
}

fn main() {}

use actors_core::prelude::*;

#[actor]
pub struct Counter {}

#[actor]
impl Counter {}

fn choose(_: &http::Request<()>) -> Option<String> {
    None
}

actors_core::entry! {
    "/counters" => Counter, choose,
}

fn main() {}

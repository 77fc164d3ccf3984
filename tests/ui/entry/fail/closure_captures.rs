use actors_core::prelude::*;

#[actor]
pub struct Counter {}

#[actor]
impl Counter {}

actors_core::entry! {
    "/counters" => Counter, |request| Some(name.clone()),
}

fn main() {}

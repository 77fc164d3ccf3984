use actors_core::prelude::*;

#[actor(wait = 30)]
pub struct Counter {}

#[actor]
impl Counter {}

fn main() {}

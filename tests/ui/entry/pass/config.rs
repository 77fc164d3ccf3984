use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

#[actor(binding = "LIMITS")]
pub struct Limiter {}

#[actor]
impl Limiter {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    also(Limiter, "Plain"),
    config = "config.toml",
}

fn main() {}

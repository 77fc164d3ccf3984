use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

#[actor]
pub struct Limiter {}

#[actor]
impl Limiter {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    config = "also_unbound.toml",
    also(Limiter),
}

fn main() {}

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
    config = "class_without_route.toml",
}

fn main() {}

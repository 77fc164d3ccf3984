use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    config = "bound_as_another.toml",
}

fn main() {}

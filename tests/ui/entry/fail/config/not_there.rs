use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    config = "not_there.toml",
}

fn main() {}

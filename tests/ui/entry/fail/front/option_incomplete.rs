use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    before,
    "/rooms/{name}" => Room,
}

fn main() {}

use actors_core::prelude::*;

#[actor(binding = "CHATS")]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    config = "unbound_other_name.toml",
}

fn main() {}

use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    config = "class_renamed_without_bindings.toml",
}

fn main() {}

use actors_core::prelude::*;

#[actor]
pub struct Hall {}

#[actor]
impl Hall {}

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/halls/{name}" => Hall,
    "/rooms/{name}" => Room,
    config = "without_migration.toml",
}

fn main() {}

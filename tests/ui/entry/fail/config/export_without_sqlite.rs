use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    config = "export_without_sqlite.toml",
}

fn main() {}

use actors_core::prelude::*;

fn site(_: Env) -> String {
    String::new()
}

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    "/rooms/{name}" => Room,
    fallback = site,
}

fn main() {}

use actors_core::prelude::*;

async fn site(_: Request, _: &Env) -> String {
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

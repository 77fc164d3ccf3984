//! Routes of each kind.

#![deny(warnings)]

use actors_core::prelude::*;

mod rooms {
    use actors_core::prelude::*;

    #[actor]
    pub struct Room {}

    #[actor]
    impl Room {}
}

#[actor]
pub struct Lobby {}

#[actor]
impl Lobby {}

actors_core::entry! {
    "/rooms/{name}" => rooms::Room,
    "/rooms/{name}/{*rest}" => crate::rooms::Room,
    "/files/{*name}" => Lobby,
    "/chosen/{id}" => Lobby, |request| {
        request.headers().get("x-name")?.to_str().ok().map(str::to_owned)
    },
    "/one" => Lobby, |_| Some("one".to_owned()),
    Lobby,
}

fn main() {}

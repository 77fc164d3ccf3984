use actors_core::prelude::*;

#[actor]
pub struct Room {}

#[actor]
impl Room {
    #[on_close]
    fn left(&mut self) {}
}

fn main() {}

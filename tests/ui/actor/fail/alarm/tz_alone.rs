use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(tz = "Europe/Berlin")]
    fn strike(&mut self) {}
}

fn main() {}

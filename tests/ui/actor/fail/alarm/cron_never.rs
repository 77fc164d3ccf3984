use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(cron = "0 0 30 2 *")]
    fn strike(&mut self) {}
}

fn main() {}

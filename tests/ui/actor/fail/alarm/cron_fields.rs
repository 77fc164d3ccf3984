use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(cron = "0 3 * *")]
    fn strike(&mut self) {}
}

fn main() {}

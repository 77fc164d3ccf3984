use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(cron = "0 3 * * MON")]
    fn strike(&mut self, hour: u8) {}
}

fn main() {}

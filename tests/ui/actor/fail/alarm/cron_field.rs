use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(cron = "60 3 * * MON")]
    fn strike(&mut self) {}
}

fn main() {}

use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    #[alarm(every = "1h", cron = "0 3 * * MON")]
    fn strike(&mut self) {}
}

fn main() {}

use actors_core::alarms::{AlarmId, AlarmState};
use actors_core::prelude::*;

#[actor]
pub struct Clock {}

#[actor]
impl Clock {
    pub fn wind(&mut self, ctx: &Ctx<Self>) -> Result<AlarmId> {
        ctx.alarms().cron("0 9-17/2 * * MON-FRI").ring(1)?;
        ctx.alarms().cron_in("Asia/Kolkata", "*/30 * * * * *").keyed("k").ring(2)?;
        ctx.alarms().every(minutes(5)).ring(3)?;
        for alarm in ctx.alarms().list().handler("ring").state(AlarmState::Failed).limit(9).all()? {
            let (_number,): (u8,) = alarm.arguments()?;
            ctx.alarms().retry(alarm.id)?;
        }
        ctx.alarms().at(ctx.now()).ring(4)
    }

    #[alarm(retry(max = 1))]
    fn ring(&mut self, _number: u8) {}

    #[alarm(every = "1h 30m", retry(max = 3, base = "100ms", cap = "1m"))]
    async fn tick(&self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.alarm().map(|run| run.key());
        Ok(())
    }

    #[alarm(cron = "0 3 LW * *")]
    fn strike(&mut self) {}

    #[alarm(cron = "15 30 3 * JAN-MAR FRI#L,1#2", tz = "America/St_Johns")]
    fn chime(&mut self) {}
}

fn main() {}

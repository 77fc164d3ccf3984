use actors_core::prelude::*;
use actors_core::tasks::TaskId;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Plan {
    files: Vec<String>,
}

#[actor]
pub struct Agent {
    #[persist]
    written: u32,
    model: String,
}

#[actor]
impl Agent {
    pub fn begin(&self, ctx: &Ctx<Self>, topic: String) -> Result<TaskId<u32>> {
        ctx.tasks().generate(topic, 2).keyed("once").start()
    }

    pub fn begin_others(&self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.tasks().watch().start()?;
        ctx.tasks().plain(Some(1)).start()?;
        ctx.tasks().r#move().start()?;
        Ok(())
    }

    /// In no turn of the actor while it waits.
    #[task(retry(max = 5, base = "2s", cap = "1m"), version = 2, timeout = "1d", keep = "7d")]
    async fn generate(run: &Run<Self>, topic: String, at_once: u32) -> Result<u32> {
        let plan: Plan = run
            .step("plan", async || {
                let model = run.read(|agent, _| Ok(agent.model.clone())).await?;
                Ok(Plan {
                    files: vec![topic.clone(), model],
                })
            })
            .await?;
        for (n, file) in plan.files.iter().enumerate() {
            let length = run.step(("write", n), async || Ok(file.len())).await?;
            run.write(("store", n), |agent, _ctx| {
                agent.written += u32::try_from(length).unwrap_or(at_once);
                Ok(())
            })
            .await?;
        }
        run.sleep("settle", minutes(5)).await?;
        let review: Option<String> = run.event("review").within(hours(1)).await?;
        run.write("end", |agent, _| Ok(agent.written + review.map_or(0, |_| 1)))
            .await
    }

    #[task(at_most = 1)]
    async fn watch(&self, ctx: &Ctx<Self>, run: &Run) -> Result<(), serde_json::Error> {
        let _ = (ctx.now(), run.now(), run.id(), run.version());
        Ok(())
    }

    #[task]
    async fn plain(&self, run: &Run, number: Option<u32>) -> u32 {
        let _ = run.write("nothing", || Ok(())).await;
        number.unwrap_or_default()
    }

    #[task]
    async fn r#move(run: &Run<Self>) {
        let _ = run.sleep_until("rest", run.now() + hours(1)).await;
    }
}

fn main() {}

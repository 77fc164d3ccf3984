//! A container, and the actor that looks after it: it starts when it is needed, is asked for its
//! health, starts again when it has failed, and sleeps when nobody needs it.
//!
//! The page is at `/container`. Over HTTP:
//!
//! ```sh
//! curl localhost:8787/containers/demo/hello      # starts it, and is passed on to it
//! curl 'localhost:8787/containers/demo/exit?code=3' # makes it fail: it is started again
//! curl localhost:8787/containers/demo/-/runs     # each run, and how it ended
//! curl -X POST localhost:8787/containers/demo/-/stop
//! ```
//!
//! `cargo xtask dev` and the tests run it against a stand-in for the Docker Engine API, which starts
//! `program.js` as a process of this machine. It has not been run with Docker, nor in Cloudflare's
//! network.

mod pool;

use std::cell::Cell;

use actors_core::bindings::StartOptions;
use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::pool::{Place, Pool};

/// A run of the container. All that there is to know after an eviction or a crash is in this table:
/// the last row is the run that goes on, if it has no end.
#[sql_table(name = "container_runs")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Ascending, from 1 on.
    #[sql(primary_key)]
    pub number: u64,
    /// When it was started.
    pub started: Timestamp,
    /// Whether it has been well: until then it is starting.
    pub is_well: bool,
    /// Whether it was told to stop.
    pub is_stopped: bool,
    /// When it has ended.
    pub ended: Option<Timestamp>,
    /// Its exit code, if that is known.
    pub code: Option<i32>,
}

impl Run {
    fn goes_on(&self) -> bool {
        self.ended.is_none()
    }

    /// When it has failed: ended without having been told to.
    fn failed(&self) -> Option<Timestamp> {
        self.ended.filter(|_| !self.is_stopped)
    }

    fn failed_early(&self) -> bool {
        let failed = self.failed();
        failed.is_some_and(|ended| ended.since(self.started) < GOOD_RUN)
    }
}

/// What the variable `CONTAINER` sets; times are in seconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// How many containers may run at the same time.
    pub places: u64,
    /// How often a container is asked for its health.
    pub check: u64,
    /// After how long without use it is stopped.
    pub idle: u64,
    /// How long it may take to start, and to stop.
    pub patience: u64,
    /// How long it waits to start again after the first failure; then twice as long each time, up
    /// to 5 minutes.
    pub back_off: u64,
}

/// Where the program listens.
const PORT: u16 = 8080;

/// After how many checks without an answer a container is given up.
const MISSES: u32 = 3;

/// A failure after that long is not a further one in a row.
const GOOD_RUN: Duration = minutes(1);

/// The longest back-off.
const LONGEST: Duration = minutes(5);

/// How long a check waits for an answer.
const PULSE: Duration = seconds(2);

/// An instance of the program, in a container of its own.
///
/// Its requests are `&self`, since they wait for the container, and must not wait for each other.
/// So what changes is in the table, and in cells that may be lost.
#[actor(tables(Run))]
pub struct Instance {
    /// How many checks in a row the container has not answered.
    misses: Cell<u32>,
    /// When it was used last.
    used: Cell<Option<Timestamp>>,
}

#[actor]
impl Instance {
    /// The container goes on while its object is not in memory: wait for its end again.
    #[on_init]
    fn wake(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        match last_run(ctx)?.filter(Run::goes_on) {
            Some(run) if ctx.container()?.is_running() => watch(ctx, run.number),
            _ => Ok(()),
        }
    }

    #[on_request]
    async fn answer(&self, ctx: &Ctx<Self>, mut request: Request) -> Result<Response> {
        *request.uri_mut() = inner(request.uri())?;
        match (request.method().as_str(), request.uri().path()) {
            ("GET", "/-/runs") => json_response(200, &self.runs(ctx)?),
            ("POST", "/-/stop") => {
                self.stop(ctx)?;
                Ok(http::Response::builder().status(202).body(Body::empty())?)
            }
            _ => match self.pass_on(ctx, request).await {
                // The framework keeps such messages to itself, and this one helps.
                Err(error) if error.kind() == ErrorKind::Unavailable => {
                    let body = Body::from(error.message().to_owned());
                    Ok(http::Response::builder().status(503).body(body)?)
                }
                outcome => outcome,
            },
        }
    }

    /// The last runs, the newest first.
    pub fn runs(&self, ctx: &Ctx<Self>) -> Result<Vec<Run>> {
        sql!(Run => "SELECT * FROM container_runs ORDER BY number DESC LIMIT 20").all(ctx)
    }

    /// Passes a request on to the container, which starts if it does not run.
    async fn pass_on(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
        self.ready(ctx).await?;
        self.used.set(Some(ctx.now()));
        // A web socket is passed on in the same way: it is a response, too.
        let response = ctx.container()?.port(PORT)?.fetch(request).await;
        self.used.set(Some(ctx.now()));
        response.map_err(|error| match error.kind() {
            ErrorKind::Unavailable => unavailable("the container has ended, or does not answer"),
            _ => error,
        })
    }

    /// Returns when the container is well, and starts it if it does not run.
    pub async fn ready(&self, ctx: &Ctx<Self>) -> Result<()> {
        let container = ctx.container()?;
        let end = ctx.now() + seconds(settings(ctx)?.patience);
        while ctx.now() < end {
            match last_run(ctx)?.filter(|_| container.is_running()) {
                None => self.start(ctx).await?,
                // It starts again when it has ended.
                Some(run) if run.is_stopped => {}
                Some(run) if run.is_well || self.pulse(ctx, run.number).await.is_some() => {
                    return Ok(());
                }
                Some(_) => {}
            }
            ctx.sleep(Duration::from_millis(100)).await;
        }
        Err(unavailable("the container takes too long to start"))
    }

    /// Starts the container, if there is a place for it.
    async fn start(&self, ctx: &Ctx<Self>) -> Result<()> {
        if let Some(run) = last_run(ctx)?.filter(Run::goes_on) {
            // It has ended, and the watch has not said so yet.
            self.ended(ctx, run.number, None).await?;
        }
        if let Some(at) = self.next_start(ctx)?.filter(|at| *at > ctx.now()) {
            let wait = at.since(ctx.now()).as_secs() + 1;
            let message = format!("the container has failed, and starts again in {wait} s");
            return Err(unavailable(&message));
        }
        let number = last_run(ctx)?.map_or(1, |run| run.number + 1);
        if !enter(ctx, number).await? {
            let message = "as many containers run as are allowed: try later";
            return Err(Error::new(ErrorKind::Overloaded, message));
        }
        // While this waited for the pool, somebody else may have started it.
        match last_run(ctx)? {
            Some(run) if run.number >= number => Ok(()),
            _ => self.begin(ctx, number).await,
        }
    }

    async fn begin(&self, ctx: &Ctx<Self>, number: u64) -> Result<()> {
        let (container, settings) = (ctx.container()?, settings(ctx)?);
        self.misses.set(0);
        self.used.set(Some(ctx.now()));
        // The row comes first: a container that runs is always known, whatever is lost here.
        ctx.transaction(|| {
            let started = ctx.now();
            let run = Run {
                number,
                started,
                ..Run::default()
            };
            run.insert(ctx)?;
            let checks = ctx.alarms().every(seconds(settings.check));
            checks.keyed("check").check().map(drop)
        })?;
        // The image is Node's own; its program is an argument.
        let program = ["node", "-e", include_str!("program.js")];
        let options = StartOptions::new().entrypoint(program);
        container.start(options.env("PORT", PORT.to_string()))?;
        watch(ctx, number)?;
        container.set_inactivity_timeout(lease(&settings)).await
    }

    /// For the watch in the background: a run has ended, with an exit code if it is known.
    pub async fn ended(&self, ctx: &Ctx<Self>, number: u64, code: Option<i32>) -> Result<()> {
        ctx.transaction(|| {
            let now = ctx.now();
            sql!(Run => "UPDATE container_runs SET ended = COALESCE(ended, {now}), code = {code}
                         WHERE number = {number} AND code IS NULL")
            .run(ctx)?;
            if last_run(ctx)?.is_none_or(|last| last.number != number) {
                return Ok(());
            }
            ctx.alarms().cancel_key("check")?;
            // One that failed starts again by itself; one that was stopped, when it is needed.
            match self.next_start(ctx)? {
                Some(at) => ctx.alarms().at(at).keyed("restart").restart().map(drop),
                None => Ok(()),
            }
        })?;
        pool(ctx)?.leave(name(ctx), number).await
    }

    #[alarm]
    async fn restart(&self, ctx: &Ctx<Self>) -> Result<()> {
        // If it fails again, `ended` sets the next alarm; without a place, it starts when needed.
        let _ = self.ready(ctx).await;
        Ok(())
    }

    /// Looks after the run that goes on.
    #[alarm]
    async fn check(&self, ctx: &Ctx<Self>) -> Result<()> {
        let Some(run) = last_run(ctx)?.filter(Run::goes_on) else {
            return Ok(());
        };
        let (container, settings) = (ctx.container()?, settings(ctx)?);
        if !container.is_running() {
            // It has ended while nobody watched.
            return self.ended(ctx, run.number, None).await;
        }
        // It outlives the object's memory until the next checks, and no longer.
        container.set_inactivity_timeout(lease(&settings)).await?;
        if !enter(ctx, run.number).await? {
            // It was away for so long that others have its place.
            return self.stop(ctx);
        }
        match self.pulse(ctx, run.number).await {
            Some(health) => self.sleep_if_idle(ctx, &health, seconds(settings.idle)),
            None if self.is_lost(ctx, &run, seconds(settings.patience)) => {
                self.kill(ctx, run.number).await
            }
            None => Ok(()),
        }
    }

    /// Asks the container to stop, and ends it if it does not.
    pub fn stop(&self, ctx: &Ctx<Self>) -> Result<()> {
        let Some(run) = last_run(ctx)?.filter(|run| !run.is_stopped) else {
            return Ok(());
        };
        let number = run.number;
        sql!(Run => "UPDATE container_runs SET is_stopped = TRUE WHERE number = {number}")
            .run(ctx)?;
        // One that has failed does not start again by itself, either.
        ctx.alarms().cancel_key("restart")?;
        let container = ctx.container()?;
        if !container.is_running() {
            return Ok(());
        }
        let patience = seconds(settings(ctx)?.patience);
        ctx.alarms().after(patience).kill(number)?;
        container.signal(15)
    }

    #[alarm]
    async fn kill(&self, ctx: &Ctx<Self>, number: u64) -> Result<()> {
        match last_run(ctx)? {
            Some(run) if run.number == number => ctx.container()?.destroy().await,
            _ => Ok(()),
        }
    }

    /// Stops a container that nobody has used for that long.
    fn sleep_if_idle(&self, ctx: &Ctx<Self>, health: &Health, idle: Duration) -> Result<()> {
        let used = self.used.get().filter(|_| health.open == 0);
        let used = used.unwrap_or(ctx.now());
        self.used.set(Some(used));
        match ctx.now().since(used) >= idle {
            true => self.stop(ctx),
            false => Ok(()),
        }
    }

    /// Whether a run that has not answered is given up.
    fn is_lost(&self, ctx: &Ctx<Self>, run: &Run, patience: Duration) -> bool {
        let misses = self.misses.get() + 1;
        self.misses.set(misses);
        match run.is_well {
            true => misses >= MISSES,
            false => ctx.now().since(run.started) >= patience,
        }
    }

    /// What the container says of itself, if it is well.
    async fn pulse(&self, ctx: &Ctx<Self>, number: u64) -> Option<Health> {
        let request = http::Request::get("/health").body(()).ok()?;
        let port = ctx.container().ok()?.port(PORT).ok()?;
        let response = port.fetch(request).within(PULSE).await.ok()?;
        let is_well = response.status().is_success();
        let body = response.into_body().bytes().await.ok()?;
        let health = serde_json::from_slice(&body).ok().filter(|_| is_well)?;
        self.misses.set(0);
        let noted = sql!(Run => "UPDATE container_runs SET is_well = TRUE
                                 WHERE number = {number} AND NOT is_well");
        noted.run(ctx).ok()?;
        Some(health)
    }

    /// When a container that has failed may start again.
    fn next_start(&self, ctx: &Ctx<Self>) -> Result<Option<Timestamp>> {
        let runs = self.runs(ctx)?;
        let Some(ended) = runs.first().and_then(Run::failed) else {
            return Ok(None);
        };
        let in_a_row = runs[1..]
            .iter()
            .take_while(|run| run.failed_early())
            .count() as u32;
        let wait = seconds(settings(ctx)?.back_off).saturating_mul(2u32.saturating_pow(in_a_row));
        Ok(Some(ended + wait.min(LONGEST)))
    }
}

/// What the program says of its health.
#[derive(Deserialize)]
struct Health {
    /// How many requests and web sockets it has: the latter pass the actor by.
    open: u32,
}

/// Waits in the background for the end of the run that goes on, and has a turn of the actor note it.
fn watch(ctx: &Ctx<Instance>, number: u64) -> Result<()> {
    let me = Instance::get(ctx.env(), &name(ctx))?;
    let end = ctx.container()?.monitor();
    ctx.wait_until(async move { me.ended(number, end.await.ok()).await });
    Ok(())
}

fn last_run(ctx: &Ctx<Instance>) -> Result<Option<Run>> {
    sql!(Run => "SELECT * FROM container_runs ORDER BY number DESC LIMIT 1").optional(ctx)
}

/// Takes a place in the pool for a run, or keeps it. Returns whether there is one.
async fn enter(ctx: &Ctx<Instance>, number: u64) -> Result<bool> {
    let settings = settings(ctx)?;
    let (until, places) = (ctx.now() + lease(&settings), settings.places);
    let place = Place {
        name: name(ctx),
        run: number,
        until,
    };
    pool(ctx)?.enter(place, places).await
}

/// For how long a place is taken, and the container kept, without another check.
fn lease(settings: &Settings) -> Duration {
    seconds(3 * settings.check)
}

fn pool(ctx: &Ctx<Instance>) -> Result<<Pool as Actor>::Stub> {
    Pool::get(ctx.env(), "all")
}

fn settings(ctx: &Ctx<Instance>) -> Result<Settings> {
    ctx.env().json("CONTAINER")
}

fn name(ctx: &Ctx<Instance>) -> String {
    ctx.name().unwrap_or_default()
}

fn unavailable(message: &str) -> Error {
    Error::new(ErrorKind::Unavailable, message)
}

/// The URL as the container sees it: without `/containers/{name}`.
fn inner(url: &http::Uri) -> Result<http::Uri> {
    let rest = url.path().splitn(4, '/').nth(3).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}"));
    let inner = format!("/{rest}{}", query.unwrap_or_default());
    inner
        .parse()
        .map_err(|_| Error::invalid("the URL can't be read"))
}

//! Structs of bindings.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::rc::Rc;

use actors_core::Service;
use actors_core::prelude::*;

use crate::queue::Job;
use crate::said;

/// All that this Worker has.
#[bindings]
pub struct Present {
    greeting: String,
    #[secret]
    key: Json<BTreeMap<String, u32>>,
    port: Option<u16>,
    #[binding = "HOST_ADDRESS"]
    host: Ipv4Addr,
    limits: Json<BTreeMap<String, u32>>,
    cache: Kv,
    files: Bucket,
    db: Database,
    far: Service,
    jobs: Queue<Job>,
    other: Option<String>,
    #[secret]
    other_key: Option<String>,
    other_cache: Option<Kv>,
}

/// What it has not, or not so.
#[bindings(config = false)]
#[allow(dead_code, reason = "nobody gets to see them")]
pub(crate) struct Absent {
    greeting: u16,
    #[secret]
    stripe_key: String,
    nothing: String,
    limits: Json<Vec<u8>>,
    other_cache: Kv,
    #[binding = "PORT"]
    jobs: Queue<Job>,
    #[secret]
    #[binding = "KEY"]
    pin: Option<Json<u8>>,
    #[binding = "HOST_ADDRESS"]
    optional: Option<bool>,
}

/// An actor that can't wake: a Worker that has it does not start.
#[cfg(not(target_arch = "wasm32"))]
#[actor(bindings(Absent))]
pub struct Unbound {}

#[cfg(not(target_arch = "wasm32"))]
#[actor]
impl Unbound {
    pub fn hello(&self, ctx: &Ctx<Self>) -> String {
        let Absent {
            greeting,
            stripe_key,
            nothing,
            limits,
            optional,
            ..
        } = ctx.bindings();
        format!("{greeting}{stripe_key}{nothing}{limits:?}{optional:?}")
    }
}

pub(crate) async fn scenario(ctx: &Ctx<crate::Outside>) -> Result<Vec<String>> {
    let bound = ctx.bindings();
    bound.cache.put("bound", &bound.greeting).await?;
    bound.jobs.send_batch(&[]).await?;
    bound.files.put("bound", "a file").await?;
    let hello = http::Request::get("https://far.example/hello").header("x-from", "a struct");
    let answer = bound.far.fetch(hello.body(())?).await?;
    let again = Present::of(ctx.env())?;
    Ok(vec![
        said(bound.cache.get("bound").await),
        format!("{:?} {:?} {}", bound.key, bound.port, bound.host),
        format!("{:?}", bound.limits),
        said(
            bound
                .files
                .head("bound")
                .await
                .map(|file| file.map(|file| file.size)),
        ),
        said(bound.db.prepare("SELECT 1 + 1").first::<u32>().await),
        said(answer.into_body().bytes().await),
        format!(
            "{:?} {:?} {}",
            bound.other,
            bound.other_key,
            bound.other_cache.is_some()
        ),
        format!("{}", Rc::ptr_eq(&again, &Present::of(ctx.env())?)),
        format!("{}", std::ptr::eq(bound, &*again)),
        said(Absent::of(ctx.env()).map(drop)),
    ])
}

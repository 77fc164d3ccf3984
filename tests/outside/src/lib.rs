//! An actor that reaches outside itself, by one scenario for each thing that it can reach. A
//! scenario says what it saw, line by line, so that the same code shows what both backends do.

#![allow(missing_docs, reason = "the tests say what the scenarios are for")]

mod bindings;
mod bucket;
mod database;
mod hostile;
mod kv;
mod network;
pub mod objects;
mod queue;
pub mod remote;
mod streams;
mod variables;

use std::fmt::Debug;

use actors_core::prelude::*;

use crate::remote::Odd as _;

#[cfg(not(target_arch = "wasm32"))]
pub use crate::bindings::Unbound;
pub use crate::network::Zeros;
pub use crate::queue::Job;
pub use crate::streams::Broken;

#[actor(bindings(bindings::Present))]
pub struct Outside {
    sender: Option<actors_core::BodySender>,
}

#[actor]
impl Outside {
    #[on_request]
    async fn answer(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
        let (head, body) = request.into_parts();
        let lines = match head.uri.query().unwrap_or_default() {
            "bucket-upload" => bucket::upload(ctx.env(), body).await?,
            scenario => Self::run(ctx, scenario).await?,
        };
        json_response(200, &lines)
    }

    pub fn back(&self, body: Body) -> Body {
        body
    }

    pub async fn length(&self, mut body: Body) -> Result<usize> {
        network::length(&mut body).await
    }

    pub async fn lengths(
        &mut self,
        of: String,
        one: Body,
        number: u8,
        other: Body,
    ) -> Result<String> {
        let (one, other) = (one.bytes().await?.len(), other.bytes().await?.len());
        Ok(format!("{of} {one} {number} {other}"))
    }

    pub fn kept(&self, is_there: bool) -> Result<Body> {
        match is_there {
            true => Ok("kept".into()),
            false => Err(Error::not_found("nothing is kept")),
        }
    }

    pub fn zeros(&self, parts: usize) -> Body {
        Body::stream(Zeros(parts))
    }

    pub async fn loses(&self, body: Body) -> Result<()> {
        body.bytes().await?;
        Err(Error::new(ErrorKind::Unavailable, "it was lost"))
    }

    /// Reads a part of it, or nothing.
    pub async fn leaves(&self, mut body: Body, begins: bool) -> Result<bool> {
        Ok(begins && body.chunk().await?.is_some())
    }

    /// What is sent until nobody reads it.
    pub fn sends(&mut self) -> Result<Body> {
        let (sender, body) = Body::channel();
        sender.send("a part")?;
        self.sender = Some(sender);
        Ok(body)
    }

    pub fn is_read(&self) -> bool {
        let sender = self.sender.as_ref();
        sender.is_some_and(|sender| sender.send("more").is_ok())
    }

    /// Fails after 1 MB.
    pub fn breaks_late(&self) -> Body {
        Body::stream(streams::Late(16))
    }

    /// Waits for somebody who never answers, for as long as that.
    pub async fn waits(&self, ctx: &Ctx<Self>, limit: Duration) -> Result<()> {
        let odd = remote::OddStub::get(ctx.env(), "nested")?;
        odd.with_limit(limit).never().await
    }

    pub fn broken(&self) -> Body {
        Body::stream(streams::Broken(false))
    }

    async fn run(ctx: &Ctx<Self>, scenario: &str) -> Result<Vec<String>> {
        let env = ctx.env();
        match scenario {
            "bucket-objects" => bucket::objects(env).await,
            "bucket-ranges" => bucket::ranges(env).await,
            "bucket-conditions" => bucket::conditions(env).await,
            "bucket-streams" => bucket::streams(env).await,
            "bucket-lists" => bucket::lists(env).await,
            "bucket-limits" => bucket::limits(env).await,
            "database-statements" => database::statements(env).await,
            "database-values" => database::values(env).await,
            "database-batches" => database::batches(env).await,
            "database-errors" => database::errors(env).await,
            "answers" => network::answers(ctx).await,
            "errors" => network::errors(env).await,
            "time-outs" => network::time_outs(env).await,
            "dropped" => network::dropped(env).await,
            "echo" => network::echo(env).await,
            "large" => network::large(env).await,
            "objects" => objects::scenario(env).await,
            "elsewhere" => objects::elsewhere(env).await,
            "bookmarks" => Ok(objects::bookmarks(ctx).await),
            "remote" => remote::scenario(env).await,
            "bindings" => bindings::scenario(ctx).await,
            "kv-values" => kv::values(env).await,
            "kv-list" => kv::list(env).await,
            "kv-limits" => kv::limits(ctx).await,
            "queue" => queue::scenario(env).await,
            "streams" => streams::small(env).await,
            "back" => streams::back(env).await,
            "broken" => streams::broken(env).await,
            "large-streams" => streams::large(env).await,
            "javascript" => streams::javascript(ctx).await,
            "hostile-names" => hostile::names(env).await,
            "hostile-keys" => hostile::keys(env).await,
            "hostile-requests" => hostile::requests(env).await,
            "callees" => hostile::callees(env).await,
            "hostile-answers" => hostile::answers(env).await,
            "bodies" => hostile::bodies(env).await,
            "half-way" => streams::half_way(ctx).await,
            "late" => streams::late(env).await,
            "hostile-statements" => database::hostile(env).await,
            "limits" => hostile::limits(ctx).await,
            "methods" => hostile::methods(env).await,
            "variables" => variables::scenario(env),
            other => Err(Error::not_found(format!("no scenario is called `{other}`"))),
        }
    }
}

/// A line that says what came of something.
fn said<T: Debug>(outcome: Result<T>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    }
}

actors_core::entry! {
    "/{name}" => Outside,
    "/loose/{name}" => objects::Loose,
}

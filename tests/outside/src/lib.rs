//! An actor that reaches outside itself, by one scenario for each thing that it can reach. A
//! scenario says what it saw, line by line, so that the same code shows what both backends do.

#![allow(missing_docs, reason = "the tests say what the scenarios are for")]

mod network;
mod streams;
mod variables;

use actors_core::prelude::*;

pub use crate::network::Zeros;

#[actor]
pub struct Outside {}

#[actor]
impl Outside {
    #[on_request]
    async fn answer(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
        let scenario = request.uri().query().unwrap_or_default();
        json_response(200, &Self::run(ctx, scenario).await?)
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

    pub fn broken(&self) -> Body {
        Body::stream(streams::Broken(false))
    }

    async fn run(ctx: &Ctx<Self>, scenario: &str) -> Result<Vec<String>> {
        let env = ctx.env();
        match scenario {
            "answers" => network::answers(ctx).await,
            "errors" => network::errors(env).await,
            "time-outs" => network::time_outs(env).await,
            "dropped" => network::dropped(env).await,
            "echo" => network::echo(env).await,
            "large" => network::large(env).await,
            "streams" => streams::small(env).await,
            "back" => streams::back(env).await,
            "broken" => streams::broken(env).await,
            "large-streams" => streams::large(env).await,
            "javascript" => streams::javascript(ctx).await,
            "variables" => variables::scenario(env),
            other => Err(Error::not_found(format!("no scenario is called `{other}`"))),
        }
    }
}

actors_core::entry!("/{name}" => Outside);

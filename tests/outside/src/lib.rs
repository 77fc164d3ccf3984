//! An actor that reaches outside itself, by one scenario for each thing that it can reach. A
//! scenario says what it saw, line by line, so that the same code shows what both backends do.

#![allow(missing_docs, reason = "the tests say what the scenarios are for")]

pub mod objects;
pub mod remote;
mod variables;

use actors_core::prelude::*;

#[actor]
pub struct Outside {}

#[actor]
impl Outside {
    #[on_request]
    async fn answer(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
        let scenario = request.uri().query().unwrap_or_default();
        json_response(200, &Self::run(ctx, scenario).await?)
    }

    async fn run(ctx: &Ctx<Self>, scenario: &str) -> Result<Vec<String>> {
        let env = ctx.env();
        match scenario {
            "objects" => objects::scenario(env).await,
            "elsewhere" => objects::elsewhere(env).await,
            "bookmarks" => Ok(objects::bookmarks(ctx).await),
            "remote" => remote::scenario(env).await,
            "variables" => variables::scenario(env),
            other => Err(Error::not_found(format!("no scenario is called `{other}`"))),
        }
    }
}

actors_core::entry! {
    "/{name}" => Outside,
    "/loose/{name}" => objects::Loose,
}

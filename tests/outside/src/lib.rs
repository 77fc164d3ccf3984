//! An actor that reaches outside itself, by one scenario for each thing that it can reach. A
//! scenario says what it saw, line by line, so that the same code shows what both backends do.

#![allow(missing_docs, reason = "the tests say what the scenarios are for")]

mod bucket;
mod database;
mod variables;

use actors_core::prelude::*;

#[actor]
pub struct Outside {}

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
            "variables" => variables::scenario(env),
            other => Err(Error::not_found(format!("no scenario is called `{other}`"))),
        }
    }
}

actors_core::entry!("/{name}" => Outside);

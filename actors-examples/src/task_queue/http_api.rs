//! The queue over HTTP: a method and a path for each of its methods, JSON in and out.

use actors_core::prelude::*;
use actors_core::send;
use axum::extract::{Path, State};
use axum::routing::put;
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Mode, NewTask, TaskQueue};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    worker: String,
    most: u32,
    lease: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetPace {
    topic: String,
    per_minute: Option<u32>,
}

/// One task, or several of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tasks {
    Several(Vec<NewTask>),
    One(NewTask),
}

impl TaskQueue {
    /// Answers a request to `/queues/{name}/…`.
    pub(super) fn over_http(
        &mut self,
        ctx: &Ctx<Self>,
        request: &Request<String>,
    ) -> Result<Response> {
        let path: Vec<_> = request.uri().path().split('/').skip(3).collect();
        match (request.method().as_str(), &path[..]) {
            ("GET", []) => json_response(200, &self.status(ctx)?),
            ("GET", ["metrics"]) => json_response(200, &self.metrics(ctx, Timestamp::MIN)?),
            ("POST", ["tasks"]) => self.add(ctx, request),
            ("POST", ["claim"]) => {
                let claim: Claim = read(request)?;
                json_response(
                    200,
                    &self.claim(ctx, claim.worker, claim.most, claim.lease)?,
                )
            }
            ("POST", ["leases", lease, "heartbeat"]) => {
                json_response(200, &self.heartbeat(ctx, number(lease)?)?)
            }
            ("POST", ["leases", lease, "complete"]) => {
                json_response(200, &self.complete(ctx, number(lease)?)?)
            }
            ("POST", ["leases", lease, "fail"]) => {
                let error = request.body().clone();
                json_response(200, &self.fail(ctx, number(lease)?, error)?)
            }
            ("POST", ["dead", "put-back"]) => json_response(200, &self.put_back(ctx, None)?),
            ("POST", ["dead", "discard"]) => json_response(200, &self.discard(ctx, None)?),
            ("POST", ["dead", id, "put-back"]) => {
                json_response(200, &self.put_back(ctx, Some(number(id)?))?)
            }
            ("POST", ["dead", id, "discard"]) => {
                json_response(200, &self.discard(ctx, Some(number(id)?))?)
            }
            ("POST", ["mode"]) => {
                let mode: Mode = read(request)?;
                json_response(200, &self.set_mode(ctx, mode)?)
            }
            ("POST", ["pace"]) => {
                let pace: SetPace = read(request)?;
                json_response(200, &self.set_pace(ctx, pace.topic, pace.per_minute)?)
            }
            ("POST", ["workers"]) => json_response(200, &self.employ(ctx, read(request)?)?),
            _ => Err(Error::not_found("there is nothing to do at this path")),
        }
    }

    /// Adds tasks.
    fn add(&mut self, ctx: &Ctx<Self>, request: &Request<String>) -> Result<Response> {
        let ids = match read(request)? {
            Tasks::One(task) => vec![self.enqueue(ctx, task)?],
            Tasks::Several(tasks) => tasks
                .into_iter()
                .map(|task| self.enqueue(ctx, task))
                .collect::<Result<_>>()?,
        };
        json_response(201, &ids)
    }
}

/// The part that is not the actor's own: `#[once]` is about calls, and it is the Worker in front
/// that calls here.
pub fn router(env: Env) -> Router {
    Router::new()
        .route("/tasks/{queue}/{key}", put(add_once))
        .with_state(env)
}

/// Adds a task, unless that has been done with this key.
async fn add_once(
    State(env): State<Env>,
    Path((queue, key)): Path<(String, String)>,
    Json(task): Json<NewTask>,
) -> Result<Json<u64>, Response> {
    let id = send(async move {
        let queue = TaskQueue::get(&env, &queue)?.with_retries(2);
        queue.enqueue_once(key, task).await
    });
    Ok(Json(id.await?))
}

fn read<T: DeserializeOwned>(request: &Request<String>) -> Result<T> {
    let body = serde_json::from_str(request.body());
    body.map_err(|error| Error::invalid(format!("the body is not as expected: {error}")))
}

fn number(text: &str) -> Result<u64> {
    let number = text.parse();
    number.map_err(|_| Error::invalid(format!("`{text}` is not a number")))
}

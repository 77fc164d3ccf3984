//! Example actors to learn from, all in one Worker.

pub mod chat;
pub mod code_agent;
pub mod container;
pub mod notes;
pub mod rate_limiter;
pub mod session;
pub mod shop;
pub mod site;
pub mod task_queue;

use actors_core::Env;
use chat::ChatRoom;
use code_agent::{CodeAgent, Deployment};
use container::{Instance, Pool};
use notes::Notebook;
use rate_limiter::RateLimiter;
use session::{Session, User};
use shop::Shop;
use site::Site;
use task_queue::{TaskQueue, TaskWorker};

/// What has no route below.
fn router(env: Env) -> axum::Router {
    session::front::router(env.clone())
        .merge(task_queue::router(env.clone()))
        .merge(shop::router(env))
}

actors_core::entry! {
    before = session::front::authenticate,
    "/" => Site, |_| Some("pages".to_owned()),
    "/chat" => Site, |_| Some("pages".to_owned()),
    "/queue" => Site, |_| Some("pages".to_owned()),
    "/agent" => Site, |_| Some("pages".to_owned()),
    "/container" => Site, |_| Some("pages".to_owned()),
    "/rooms/{name}/ws" => ChatRoom,
    "/containers/{name}" => Instance,
    "/containers/{name}/{*rest}" => Instance,
    "/limits/{name}/{*key}" => RateLimiter,
    "/notebooks/{name}/{*rest}" => Notebook,
    "/queues/{name}" => TaskQueue,
    "/queues/{name}/{*rest}" => TaskQueue,
    "/agents/{name}" => CodeAgent,
    "/agents/{name}/{*rest}" => CodeAgent,
    "/deployed/{name}/{*path}" => Deployment,
    fallback = router,
    also(Session, User, TaskWorker, Shop, Pool),
}

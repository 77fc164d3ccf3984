//! Example actors to learn from, all in one Worker.

pub mod chat;
pub mod container;
pub mod notes;
pub mod rate_limiter;
pub mod site;

use chat::ChatRoom;
use container::{Instance, Pool};
use notes::Notebook;
use rate_limiter::RateLimiter;
use site::Site;

actors_core::entry! {
    "/" => Site, |_| Some("pages".to_owned()),
    "/chat" => Site, |_| Some("pages".to_owned()),
    "/rooms/{name}/ws" => ChatRoom,
    "/containers/{name}" => Instance,
    "/containers/{name}/{*rest}" => Instance,
    "/limits/{name}/{*key}" => RateLimiter,
    "/notebooks/{name}/{*rest}" => Notebook,
    also(Pool),
}

//! Example actors to learn from, all in one Worker.

pub mod chat;
pub mod notes;
pub mod rate_limiter;
pub mod shop;
pub mod site;

use chat::ChatRoom;
use notes::Notebook;
use rate_limiter::RateLimiter;
use shop::Shop;
use site::Site;

actors_core::entry! {
    "/" => Site, |_| Some("pages".to_owned()),
    "/chat" => Site, |_| Some("pages".to_owned()),
    "/rooms/{name}/ws" => ChatRoom,
    "/limits/{name}/{*key}" => RateLimiter,
    "/notebooks/{name}/{*rest}" => Notebook,
    fallback = shop::router,
    also(Shop),
}

//! Actors to learn from, all in one Worker.

pub mod rate_limiter;

use rate_limiter::RateLimiter;

actors_core::entry! {
    "/limits/{name}/{*key}" => RateLimiter,
}

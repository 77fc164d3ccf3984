//! A Worker whose fetch handler is written with the crate `worker`, and calls an actor.

#![allow(missing_docs, reason = "the test says what it is for")]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    #[persist]
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, by: u32) -> u32 {
        self.count += by;
        self.count
    }
}

#[cfg(target_arch = "wasm32")]
mod front {
    use actors_core::prelude::*;

    use super::Counter;

    #[worker::event(fetch)]
    async fn fetch(
        request: worker::Request,
        env: worker::Env,
        _: worker::Context,
    ) -> worker::Result<worker::Response> {
        let env = Env::from(env);
        let failed = |error: actors_core::Error| worker::Error::RustError(error.to_string());
        let counter = Counter::get(&env, &request.path()).map_err(failed)?;
        let count = counter.add(2).await.map_err(failed)?;
        worker::Response::ok(format!("{} {count}", request.path()))
    }
}

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

/// What this Worker has not.
#[bindings]
pub struct Bindings {
    #[secret]
    key: String,
    limit: u32,
}

/// An actor that can't wake. The Worker starts all the same, since its `compatibility_flags` keep
/// bindings from a module that starts.
#[actor(bindings(Bindings))]
pub struct Unbound {}

#[actor]
impl Unbound {
    pub fn hello(&self, ctx: &Ctx<Self>) -> String {
        let Bindings { key, limit } = ctx.bindings();
        format!("{key} {limit}")
    }
}

#[cfg(target_arch = "wasm32")]
mod front {
    use actors_core::prelude::*;

    use super::{Counter, Unbound};

    #[worker::event(fetch)]
    async fn fetch(
        request: worker::Request,
        env: worker::Env,
        _: worker::Context,
    ) -> worker::Result<worker::Response> {
        let env = Env::from(env);
        let failed = |error: actors_core::Error| worker::Error::RustError(error.to_string());
        if request.path() == "/unbound" {
            let hello = Unbound::get(&env, "a").map_err(failed)?.hello().await;
            return worker::Response::ok(hello.unwrap_or_else(|error| error.to_string()));
        }
        let counter = Counter::get(&env, &request.path()).map_err(failed)?;
        let count = counter.add(2).await.map_err(failed)?;
        worker::Response::ok(format!("{} {count}", request.path()))
    }
}

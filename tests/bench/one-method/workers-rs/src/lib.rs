//! An object with one method and nothing else; by hand, so that it is reached by HTTP.

#[cfg(target_arch = "wasm32")]
mod counter {
    use std::cell::Cell;

    use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

    #[durable_object(fetch)]
    struct Counter {
        count: Cell<u32>,
    }

    impl DurableObject for Counter {
        fn new(_: State, _: Env) -> Self {
            let count = Cell::new(0);
            Self { count }
        }

        async fn fetch(&self, _: Request) -> Result<Response> {
            self.count.set(self.count.get() + 1);
            Response::ok(self.count.get().to_string())
        }
    }
}

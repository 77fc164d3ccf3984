//! What the actors of a world fetch.

use std::rc::{Rc, Weak};

use super::World;
use crate::backend::native::Sim;
use crate::error::Result;
use crate::request::{Body, Request, Response};
use crate::time::{Duration, Timestamp};

impl World {
    /// Answers what the actors send over the network to a host, `api.example.com`, or to a host and
    /// a path, `api.example.com/v1/*`; a `*` stands for any text, and a port other than the
    /// scheme's is a part of the host. Of several that fit, the first one answers, and one for the same
    /// takes the place of an earlier one; what none fits is an error for the actor, which names the
    /// URL.
    ///
    /// An error that the closure returns is one of the connection. What it asserts fails the test.
    /// It runs beside the actors, and may wait: for the body of the request, for an actor of the
    /// world, or for time to pass, see [`clock`](Self::clock).
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] pub struct Shop {}
    /// # #[actor] impl Shop {
    /// #     pub async fn price(&self, ctx: &Ctx<Self>) -> Result<u32> {
    /// #         let request = http::Request::get("https://api.example.com/price").body(())?;
    /// #         let price = ctx.fetch(request).within(seconds(5)).await?.into_body().bytes().await?;
    /// #         Ok(serde_json::from_slice(&price)?)
    /// #     }
    /// # }
    /// use actors_core::testing::World;
    ///
    /// let world = World::new().on_fetch("api.example.com", async |request| {
    ///     assert_eq!(request.uri().path(), "/price");
    ///     Ok(http::Response::new("7"))
    /// });
    /// assert_eq!(world.run(world.get::<Shop>("a").price()).unwrap(), 7);
    /// ```
    pub fn on_fetch<B: Into<Body>>(
        self,
        pattern: &str,
        answer: impl AsyncFn(Request) -> Result<Response<B>> + 'static,
    ) -> Self {
        let answer = async move |request| Ok(answer(request).await?.map(Into::into));
        self.sim.network.answer_urls(pattern, answer);
        self
    }

    /// Adds a service binding, and answers what the actors send to it, as
    /// [`on_fetch`](Self::on_fetch) does.
    pub fn on_service<B: Into<Body>>(
        self,
        name: &str,
        answer: impl AsyncFn(Request) -> Result<Response<B>> + 'static,
    ) -> Self {
        let answer = async move |request| Ok(answer(request).await?.map(Into::into));
        self.sim.network.answer_service(name, answer);
        self
    }

    /// The world's clock, for what answers its actors.
    ///
    /// ```
    /// use actors_core::prelude::*;
    /// use actors_core::testing::World;
    ///
    /// let world = World::new();
    /// let clock = world.clock();
    /// let world = world.on_fetch("slow.example", async move |_| {
    ///     clock.sleep(seconds(20)).await;
    ///     Ok(http::Response::new("at last"))
    /// });
    /// # let request = || http::Request::get("https://slow.example").body(()).unwrap();
    /// # let fetch = world.env().fetch(request()).within(seconds(5));
    /// # let error = world.run_within(seconds(5), fetch).unwrap_err();
    /// # assert_eq!(error.message(), "GET https://slow.example/: it took longer than 5s");
    /// ```
    pub fn clock(&self) -> Clock {
        Clock(Rc::downgrade(&self.sim))
    }
}

/// A world's clock, which stands still until [`World::advance`] moves it.
#[derive(Clone)]
pub struct Clock(Weak<Sim>);

impl Clock {
    /// The current time of the world.
    pub fn now(&self) -> Timestamp {
        self.sim().now()
    }

    /// Waits until that much time has passed.
    pub async fn sleep(&self, span: Duration) {
        let over = self.sim().sleep(span);
        over.await;
    }

    fn sim(&self) -> Rc<Sim> {
        self.0.upgrade().expect("the world exists while it runs")
    }
}

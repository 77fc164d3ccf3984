//! What runs in the containers of a world.

use std::rc::Rc;

use super::World;
use crate::actor::Actor;
use crate::actor::host::address;
pub use crate::backend::native::{Image, Machine};

impl World {
    /// Gives each instance of an actor a container, and says what runs in it: see
    /// [`Ctx::container`](crate::Ctx::container). It starts when the actor says so, takes its time by
    /// the world's clock, and goes on when the instance crashes.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # use actors_core::bindings::StartOptions;
    /// # #[actor] pub struct Server {}
    /// # #[actor] impl Server {
    /// #     pub fn start(&mut self, ctx: &Ctx<Self>) -> Result<()> {
    /// #         ctx.container()?.start(StartOptions::new())
    /// #     }
    /// #     pub async fn ask(&self, ctx: &Ctx<Self>) -> Result<Bytes> {
    /// #         let request = http::Request::get("/").body(())?;
    /// #         let response = ctx.container()?.port(8080)?.fetch(request).await?;
    /// #         response.into_body().bytes().await
    /// #     }
    /// # }
    /// use actors_core::testing::{Image, World};
    ///
    /// let image = Image::new().starts_in(seconds(2)).http(8080, async |_machine, request| {
    ///     assert_eq!(request.uri().path(), "/");
    ///     Ok(http::Response::new("hello"))
    /// });
    /// let world = World::new().container::<Server>(image);
    /// let server = world.get::<Server>("a");
    /// world.run(server.start()).unwrap();
    /// assert_eq!(world.run(server.ask()).unwrap_err().kind(), ErrorKind::Unavailable);
    /// world.advance(seconds(2));
    /// assert_eq!(world.run(server.ask()).unwrap(), "hello");
    /// world.machine::<Server>("a").unwrap().exit(1);
    /// assert!(world.run(server.ask()).is_err());
    /// ```
    pub fn container<A: Actor>(self, image: Image) -> Self {
        let class = address::<A>().actor.to_owned();
        self.sim.images.borrow_mut().insert(class, Rc::new(image));
        self
    }

    /// The container of an instance, if one runs.
    pub fn machine<A: Actor>(&self, name: &str) -> Option<Machine> {
        self.slot::<A>(name).machine()
    }
}

//! Other Workers.

use std::rc::Rc;

use super::fetch::{Fetch, Fetcher};
use crate::request::{Body, Request};

/// Another Worker, from [`Env::service`](crate::Env::service).
///
/// ```
/// use actors_core::prelude::*;
///
/// async fn bill(env: &Env, customer: &str) -> Result<bool> {
///     let url = format!("https://billing/customers/{customer}");
///     let request = http::Request::post(url).body(())?;
///     Ok(env.service("BILLING")?.fetch(request).await?.status().is_success())
/// }
/// # let world = actors_core::testing::World::new().on_service("BILLING", async |request| {
/// #     assert_eq!(request.uri(), "https://billing/customers/ann");
/// #     Ok(http::Response::new("paid"))
/// # });
/// # assert!(world.run(bill(world.env(), "ann")).unwrap());
/// ```
#[derive(Clone)]
pub struct Service(pub(crate) Rc<dyn Fetcher>);

impl Service {
    /// Sends a request to the Worker's fetch handler. The URL has to be absolute, but its host leads
    /// nowhere: the binding says which Worker it is. Otherwise as
    /// [`Env::fetch`](crate::Env::fetch).
    ///
    /// # Errors
    ///
    /// Those of [`Env::fetch`](crate::Env::fetch). An exception that the Worker throws is an
    /// [`Internal`](crate::ErrorKind::Internal) with its message.
    pub fn fetch<B: Into<Body>>(&self, request: Request<B>) -> Fetch {
        Fetch::new(self.0.clone(), request.map(Into::into))
    }
}

//! An owned actor, for code that can't borrow, such as the handlers of a router.

use std::future::Future;
use std::marker::PhantomData;
use std::rc::Weak;

use send_wrapper::SendWrapper;

use super::ctx::Ctx;
use super::state::State;
use crate::error::{Error, Result};
use crate::object::{Memory, Object};

/// An actor and its [`Ctx`], owned: for code that is called within a turn and can't
/// borrow from it. From [`Ctx::handle`].
///
/// It is `Clone + Send + Sync + 'static`, so that it can be the state of an
/// `axum::Router`, which the actor's `#[on_request]` handler calls:
///
/// ```
/// use actors_core::prelude::*;
/// use axum::extract::{Path, State};
/// use axum::routing::get;
/// use tower_service::Service as _;
///
/// #[actor]
/// pub struct Room {
///     #[persist]
///     topic: String,
/// }
///
/// #[actor]
/// impl Room {
///     pub fn topic(&self) -> String {
///         self.topic.clone()
///     }
///
///     pub async fn greet(&self, ctx: &Ctx<Self>, who: String) -> Result<String> {
///         // … something awaited …
///         Ok(format!("hello {who}, this is {}", self.topic))
///     }
///
///     #[on_request]
///     async fn answer(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
///         let mut router = axum::Router::new()
///             .route("/rooms/{room}/topic", get(topic))
///             .route("/rooms/{room}/greet/{who}", get(greet))
///             .with_state(ctx.handle());
///         let Ok(response) = router.call(request).await;
///         Ok(response.map(Body::new))
///     }
/// }
///
/// async fn topic(State(room): State<Handle<Room>>) -> Result<String, Response> {
///     Ok(room.with(|room, _ctx| Ok(room.topic()))?)
/// }
///
/// async fn greet(
///     State(room): State<Handle<Room>>,
///     Path((_, who)): Path<(String, String)>,
/// ) -> Result<String, Response> {
///     Ok(room.with_async(async |room, ctx| room.greet(ctx, who).await).await?)
/// }
/// # let world = actors_core::testing::World::new();
/// # let ask = |path| world.request::<Room>("attic", http::Request::get(path).body(()).unwrap());
/// # let response = ask("/rooms/attic/greet/ann").unwrap();
/// # assert_eq!(world.run(response.into_body().bytes()).unwrap(), "hello ann, this is ");
/// # assert_eq!(ask("/rooms/attic/topic").unwrap().status(), 200);
/// ```
///
/// What is done with it is part of the running turn: it waits for no other turn, and calls
/// the actor's methods directly, without a request. It gives access to `&self`, as a shared
/// turn has it. So it works while a `&self` turn of the actor runs, the one that made it or
/// another. In a `&mut self` handler, which has the actor to itself, and after the turn has
/// ended, using it is an [`ErrorKind::Deadlock`](crate::ErrorKind::Deadlock).
pub struct Handle<A>(SendWrapper<Weak<Memory>>, PhantomData<fn() -> A>);

impl<A> Handle<A> {
    pub(crate) fn new(memory: Weak<Memory>) -> Self {
        // axum requires `Send`; a Worker has one thread, so this never crosses.
        Self(SendWrapper::new(memory), PhantomData)
    }
}

impl<A: State> Ctx<A> {
    /// The actor and its `Ctx`, owned: for code that is called within the turn and can't
    /// borrow, such as the handlers of an `axum::Router`. See [`Handle`].
    pub fn handle(&self) -> Handle<A> {
        Handle::new(self.memory.clone())
    }
}

impl<A: State> Handle<A> {
    /// Runs `body` on the actor, in one transaction: an error undoes what it has written.
    ///
    /// # Errors
    ///
    /// That of `body` or of its commit, and [`ErrorKind::Deadlock`](crate::ErrorKind::Deadlock) if
    /// no shared turn runs.
    pub fn with<T>(&self, body: impl FnOnce(&A, &Ctx<A>) -> Result<T>) -> Result<T> {
        self.object()?.within(body)
    }

    /// Runs an `async` `body` on the actor. As in an `async` handler, each statement is a
    /// transaction of its own, unless it is in a [`Ctx::transaction`]. The future is
    /// `Send`, whatever it awaits.
    ///
    /// # Errors
    ///
    /// That of `body`, and [`ErrorKind::Deadlock`](crate::ErrorKind::Deadlock) if no shared turn
    /// runs.
    pub fn with_async<T, F: AsyncFnOnce(&A, &Ctx<A>) -> Result<T>>(
        &self,
        body: F,
    ) -> impl Future<Output = Result<T>> + Send + use<A, T, F> {
        let object = self.object();
        SendWrapper::new(async move { object?.within_async(body).await })
    }

    fn object(&self) -> Result<Object> {
        Object::upgrade(&self.0)
            .ok_or_else(|| Error::internal("a handle was used after its actor had left memory"))
    }
}

impl<A> Clone for Handle<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<A: State> std::fmt::Debug for Handle<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handle<{}>", A::NAME)
    }
}

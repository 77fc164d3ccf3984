//! What `#[actor]` on a struct declares.

use crate::env::Env;
use crate::error::Result;
use crate::from_binding::ReadBindings;
use crate::object::fields::{Loader, Saver};
use crate::sockets::SocketOptions;
use crate::sql::{Migration, TableDef};
use crate::time::Duration;

/// What `#[actor]` on a struct declares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the struct as well as on its `impl` block"
)]
pub trait State: Sized + 'static {
    /// The name of the Durable Object class, which is the struct's.
    const NAME: &'static str;
    /// The name of the binding in `wrangler.toml`.
    const BINDING: &'static str;
    /// What `#[actor(sockets(..))]` says.
    #[doc(hidden)]
    const SOCKETS: Option<&'static SocketOptions>;
    /// The tables of `#[actor(tables(..))]`.
    #[doc(hidden)]
    const TABLES: &'static [TableDef];
    /// The migrations of `#[actor(migrations(..))]`.
    #[doc(hidden)]
    const MIGRATIONS: &'static [Migration];
    /// Reads the bindings of `#[actor(bindings(..))]`.
    #[doc(hidden)]
    const BINDINGS: Option<ReadBindings> = None;
    /// How long a call, a request or a message waits for its turn before it fails with
    /// [`ErrorKind::Busy`](crate::ErrorKind): 30 seconds, or the value of `#[actor(wait =
    /// "..")]`.
    const WAIT: Duration = Duration::from_secs(30);

    /// How instances are reached: [`If<true>`](If), since an actor without an
    /// `#[actor] impl` does not compile.
    #[doc(hidden)]
    type Is: Reached<Self>;

    /// Returns a stub of the instance with that name; the instance is created by the first
    /// call. Getting a stub costs nothing and makes no call.
    ///
    /// Inside an actor, `env` is [`Ctx::env`](crate::Ctx::env).
    ///
    /// # Errors
    ///
    /// The Worker has no binding for the actor, or the name has more than 1,024 bytes.
    fn get(env: &Env, name: &str) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::Is::named(env, name)
    }

    /// The struct as it is before anything is loaded: each field's default.
    #[doc(hidden)]
    fn fresh() -> Self;
    /// Whether it has `#[persist]` fields.
    #[doc(hidden)]
    const PERSISTS: bool;
    /// Takes the `#[persist]` fields out.
    ///
    /// # Errors
    ///
    /// Those of [`Saver::field`].
    #[doc(hidden)]
    fn save(&self, saver: &mut Saver) -> Result<()>;
    /// Puts the `#[persist]` fields back.
    ///
    /// # Errors
    ///
    /// Those of [`Loader::field`].
    #[doc(hidden)]
    fn load(&mut self, loader: &mut Loader<'_>) -> Result<()>;
}

/// How the instances of a struct are reached. The struct itself says so, so that a missing
/// `#[actor] impl` is one error at the struct, however often it is used.
#[doc(hidden)]
pub trait Reached<A> {
    type Stub;
    fn named(env: &Env, name: &str) -> Result<Self::Stub>;
}

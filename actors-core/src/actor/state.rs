//! What `#[actor]` on a struct declares.

use crate::env::{Address, Env};
use crate::error::Result;
use crate::from_binding::ReadBindings;
use crate::object::fields::{Loader, Saver};
use crate::rpc::placement::{Placement, Which};
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
    /// The name has more than 1,024 bytes, or the Worker has no such actor: neither is it a class
    /// of the Worker itself, nor has `wrangler.toml` a binding for it.
    fn get(env: &Env, name: &str) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::Is::named(env, name)
    }

    /// The same, for an instance at a certain place: see [`Placement`].
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get); a jurisdiction that the runtime does not have, as a local one
    /// has none.
    fn get_with(
        env: &Env,
        name: &str,
        placement: Placement,
    ) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::Is::placed(env, Which::Named(name), placement)
    }

    /// Returns a stub of a new instance, which has an id and no name: keep the `id()` of the stub
    /// to find it again with [`by_id`](Self::by_id). Its first call is faster than that of a named
    /// one, since no other place can have made it.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] pub struct Cart { #[persist] items: u32 }
    /// # #[actor] impl Cart { pub fn add(&mut self) -> u32 { self.items += 1; self.items } }
    /// async fn shop(env: &Env) -> Result<u32> {
    ///     let cart = Cart::unique(env)?;
    ///     cart.add().await?;
    ///     let again = Cart::by_id(env, &cart.id())?;
    ///     again.add().await
    /// }
    /// # let world = actors_core::testing::World::new();
    /// # assert_eq!(world.run(shop(world.env())).unwrap(), 2);
    /// ```
    ///
    /// # Errors
    ///
    /// The Worker has no such actor.
    fn unique(env: &Env) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::unique_with(env, Placement::new())
    }

    /// The same, for an instance at a certain place.
    ///
    /// # Errors
    ///
    /// Those of [`unique`](Self::unique); a jurisdiction that the runtime does not have.
    fn unique_with(env: &Env, placement: Placement) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::Is::placed(env, Which::Unique, placement)
    }

    /// Returns a stub of the instance with that id: 64 hexadecimal digits, from
    /// [`Ctx::id`](crate::Ctx::id) or the `id()` of a stub. An object with a name that is woken by
    /// its id does not know its name.
    ///
    /// # Errors
    ///
    /// An [`InvalidArgument`](crate::ErrorKind) if that is not the id of such an actor; or the
    /// Worker has no such actor.
    fn by_id(env: &Env, id: &str) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::Is::placed(env, Which::Id(id), Placement::new())
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
    /// How it is reached without its type.
    fn address() -> Address;
    fn placed(env: &Env, which: Which<'_>, placement: Placement) -> Result<Self::Stub>;
}

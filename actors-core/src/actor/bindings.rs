//! The bindings that an actor uses.

use super::ctx::Ctx;

/// An actor with `#[actor(bindings(B))]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has not said which bindings it uses",
    label = "no bindings",
    note = "name their struct, which is marked `#[bindings]`, on the struct of the actor: \
            `#[actor(bindings(Bindings))]`; or get one by its name from `ctx.env()`"
)]
pub trait HasBindings<B> {}

impl<A> Ctx<A> {
    /// The bindings that `#[actor(bindings(..))]` names: they are read and checked before the actor
    /// wakes, and here they are certain to be there.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// #[bindings]
    /// struct Bindings {
    ///     greeting: String,
    ///     cache: Kv,
    /// }
    ///
    /// #[actor(bindings(Bindings))]
    /// struct Greeter {}
    ///
    /// #[actor]
    /// impl Greeter {
    ///     pub fn greet(&self, ctx: &Ctx<Self>) -> String {
    ///         ctx.bindings().greeting.clone()
    ///     }
    /// }
    /// # let world = actors_core::testing::World::new().var("GREETING", "hello").kv("CACHE");
    /// # let greeter = world.get::<Greeter>("a");
    /// # assert_eq!(world.run(greeter.greet()).unwrap(), "hello");
    /// ```
    pub fn bindings<B: 'static>(&self) -> &B
    where
        A: HasBindings<B>,
    {
        let read = self.instance().bindings.get();
        let read = read.and_then(|read| read.downcast_ref());
        read.expect("they are read before the actor wakes")
    }
}

//! `Ctx`: the object that a handler runs in.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};

use super::state::Saved;
use crate::alarms::AlarmRun;
use crate::bindings::fetch::Fetch;
use crate::env::Env;
use crate::error::Result;
use crate::instance::Instance;
use crate::request::{self, Request};
use crate::sql::Sql;
use crate::time::Timestamp;

/// The object that a handler runs in: its storage, its alarms, its name, the
/// Worker's bindings. A handler asks for it with a parameter `ctx: &Ctx<Self>`.
pub struct Ctx<A> {
    instance: Rc<Instance>,
    pub(super) object: Weak<Inner<A>>,
}

/// An actor in memory.
pub(crate) struct Inner<A> {
    pub(super) ctx: Ctx<A>,
    /// The user's struct, while the actor is awake.
    pub(super) actor: RefCell<Option<A>>,
    pub(super) saved: RefCell<Saved>,
    pub(super) on_init: Option<Init<A>>,
}

impl<A> Ctx<A> {
    pub(crate) fn new(instance: Rc<Instance>, object: Weak<Inner<A>>) -> Self {
        Self { instance, object }
    }

    /// The object without the actor's type.
    pub(crate) fn instance(&self) -> &Rc<Instance> {
        &self.instance
    }

    /// The actor's SQLite database.
    pub fn sql(&self) -> Sql<'_> {
        self.instance.sql()
    }

    /// The Worker's bindings, needed to get another actor's stub.
    pub fn env(&self) -> &Env {
        &self.instance.env
    }

    /// Sends a request over the network: [`Env::fetch`].
    pub fn fetch<B: Into<request::Body>>(&self, request: Request<B>) -> Fetch {
        self.env().fetch(request)
    }

    /// The current time. In production it stands still between two awaits, as everywhere in
    /// Workers.
    pub fn now(&self) -> Timestamp {
        self.instance.now()
    }

    /// The name of this instance, if it was addressed by name. The platform does not report
    /// a name of more than 1,024 bytes: stubs and `entry!` refuse such a name, but
    /// JavaScript can use one.
    pub fn name(&self) -> Option<String> {
        self.instance.platform().name()
    }

    /// The id of this instance: 64 hexadecimal digits.
    pub fn id(&self) -> String {
        self.instance.platform().id()
    }

    /// In an `#[alarm]` handler that an alarm runs: which alarm, and which attempt.
    pub fn alarm(&self) -> Option<AlarmRun> {
        self.instance.running.get()
    }

    /// Ends this object: closes its web sockets, and removes its alarms, its tables and its
    /// persisted fields. Nothing that costs anything is left.
    ///
    /// It is part of the transaction that it is called in: if that fails, the object goes on
    /// as before. Otherwise the turn runs to its end, and its caller gets its reply. Then the
    /// actor's memory is dropped, and an alarm that rings at once does the rest. Any event
    /// that comes before that, or after the process was lost halfway, also finishes it. That
    /// event finds an object that does not exist: it reads as empty, and exists again once it
    /// stores something.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Session { }
    /// # #[actor] impl Session {
    /// #[alarm]
    /// fn expire(&mut self, ctx: &Ctx<Self>) -> Result<()> {
    ///     ctx.destroy()
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn destroy(&self) -> Result<()> {
        self.instance.destroy()
    }

    /// Runs `body` in one transaction: its SQL, its alarms, the attachments of web sockets and
    /// [`destroy`](Self::destroy) take effect together, and an error or a panic undoes all of
    /// it.
    ///
    /// A synchronous handler already is one transaction; an `async` handler calls this for
    /// the parts that belong together. A nested transaction can fail on its own. Costs
    /// about 5 µs, and 10 if nothing is stored in it.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Bank { }
    /// # #[actor] impl Bank {
    /// async fn refill(&mut self, ctx: &Ctx<Self>) -> Result<()> {
    ///     // … something awaited …
    ///     ctx.transaction(|| {
    ///         ctx.sql().run("UPDATE account SET amount = amount - 1 WHERE name = 'a'", ())?;
    ///         ctx.sql().run("UPDATE account SET amount = amount + 1 WHERE name = 'b'", ())?;
    ///         Ok(())
    ///     })
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// That of `body`, or of the commit.
    pub fn transaction<T>(&self, body: impl Body<T>) -> Result<T> {
        self.instance.transaction(body)
    }
}

/// A running asynchronous `#[on_init]` handler.
type InitFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// An `#[on_init]` handler.
#[doc(hidden)]
pub enum Init<A> {
    Sync(fn(&mut A, &Ctx<A>) -> Result<()>),
    Async(for<'a> fn(&'a mut A, &'a Ctx<A>) -> InitFuture<'a>),
}

/// What a transaction runs: a closure that returns a `Result`, without `async`.
#[diagnostic::on_unimplemented(
    message = "expected a closure that returns a `Result`, found `{Self}`",
    label = "expected `|| {{ …; Ok(()) }}`",
    note = "nothing can be awaited in a transaction: await before it, and do in it what belongs \
            together"
)]
pub trait Body<T>: FnOnce() -> Result<T> {}

#[diagnostic::do_not_recommend]
impl<T, F: FnOnce() -> Result<T>> Body<T> for F {}

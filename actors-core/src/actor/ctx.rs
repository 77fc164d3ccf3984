//! `Ctx`: the object that a handler runs in.

use std::marker::PhantomData;
use std::rc::{Rc, Weak};

use crate::alarms::AlarmRun;
use crate::bindings::fetch::Fetch;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;
use crate::log;
use crate::object::Memory;
use crate::platform::sleep;
use crate::request::{self, Request};
use crate::sql::Sql;
use crate::time::{Duration, Timestamp};

/// The object that a handler runs in: its storage, its alarms, its name, the
/// Worker's bindings. A handler asks for it with a parameter `ctx: &Ctx<Self>`.
pub struct Ctx<A> {
    instance: Rc<Instance>,
    pub(super) memory: Weak<Memory>,
    actor: PhantomData<fn() -> A>,
}

impl<A> Ctx<A> {
    pub(crate) fn new(instance: Rc<Instance>, memory: Weak<Memory>) -> Self {
        Self {
            instance,
            memory,
            actor: PhantomData,
        }
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

    /// Waits for that long. In a `&self` turn, other `&self` turns run meanwhile; a `&mut self`
    /// turn keeps all others waiting.
    ///
    /// The wait is in memory: if the object leaves it, the turn does not go on. What has to
    /// happen later is an alarm. Under `cargo test` it is the virtual clock that has to
    /// [advance](crate::testing::World::advance).
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Line { free: std::cell::Cell<bool> }
    /// # #[actor] impl Line {
    /// pub async fn wait_until_free(&self, ctx: &Ctx<Self>) -> Result<()> {
    ///     while !self.free.get() {
    ///         ctx.sleep(seconds(1)).await;
    ///     }
    ///     Ok(())
    /// }
    /// # }
    /// ```
    pub async fn sleep(&self, span: Duration) {
        sleep(self.instance.platform(), span).await;
    }

    /// Runs something in the background, which no answer waits for. If it fails, the log says so.
    ///
    /// It is no turn: it has no `self` and no `ctx`, which other turns may be changing by then, and
    /// keeps no turn from beginning. To change the actor, call it as anybody else would, through
    /// a stub: that is a turn, and a request.
    ///
    /// It begins once the handler ends or waits, whatever that comes to, like a message that is
    /// sent; and it is lost with the object's memory, be it by an eviction, a crash or a panic.
    /// What has to happen is an alarm. The platform's own `waitUntil` does no more for a Durable
    /// Object.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] pub struct Log { }
    /// # #[actor] impl Log { pub fn add(&mut self, line: String) {} }
    /// # #[actor] pub struct Room { }
    /// # #[actor] impl Room {
    /// pub fn say(&mut self, ctx: &Ctx<Self>, text: String) -> Result<()> {
    ///     let log = Log::get(ctx.env(), "rooms")?;
    ///     ctx.wait_until(async move { log.add(text).await });
    ///     Ok(())
    /// }
    /// # }
    /// ```
    pub fn wait_until(&self, work: impl Future<Output = Result<()>> + 'static) {
        let what = self.instance.identity.clone();
        self.instance.platform().spawn(Box::pin(async move {
            if let Err(error) = work.await {
                log::error(&format!("{what}: in the background: {error}"));
            }
        }));
    }

    /// Drops the object's memory, and ends all that it is doing: the next event makes it anew
    /// from its storage. For an object that finds its memory to be wrong, or stuck.
    ///
    /// Returns the error for the turn to fail with, an
    /// [`Unavailable`](crate::ErrorKind::Unavailable) with the reason as its message, so that
    /// what it has done is undone. All others who wait for the object get the same error. What
    /// their turns have not committed is lost; so is what runs in the
    /// [background](Self::wait_until). Alarms stay; one whose handler aborts the object has
    /// failed.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Cache { entries: usize }
    /// # #[actor] impl Cache {
    /// pub fn check(&self, ctx: &Ctx<Self>, count: usize) -> Result<()> {
    ///     match self.entries == count {
    ///         true => Ok(()),
    ///         false => Err(ctx.abort("the cache is not what it should be")),
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use = "the turn goes on unless it fails with this error"]
    pub fn abort(&self, reason: &str) -> Error {
        self.instance.platform().abort(reason);
        Error::new(ErrorKind::Unavailable, reason)
    }

    /// A bookmark of this object's storage as it is now, which [`restore`](Self::restore) goes back
    /// to for 30 days.
    ///
    /// # Errors
    ///
    /// Only Cloudflare keeps a history: a local runtime does not, nor does `cargo test`.
    pub async fn bookmark(&self) -> Result<String> {
        let instance = &self.instance;
        instance.env.bookmark(instance.platform(), None).await
    }

    /// A bookmark of this object's storage as it was at that time, at most 30 days ago.
    ///
    /// # Errors
    ///
    /// The time is too long ago, or to come. Those of [`bookmark`](Self::bookmark).
    pub async fn bookmark_at(&self, time: Timestamp) -> Result<String> {
        let instance = &self.instance;
        instance.env.bookmark(instance.platform(), Some(time)).await
    }

    /// Takes all that this object has stored back to a bookmark: its tables, its persisted fields,
    /// the list of its alarms. To be able to undo it, take a [`bookmark`](Self::bookmark) before.
    ///
    /// It ends the object in memory at once, in the midst of this and all other handlers: the next
    /// event finds it as it was. So it only returns if it fails. Who waits for the object gets an
    /// [`Unavailable`](crate::ErrorKind).
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Ledger { }
    /// # #[actor] impl Ledger {
    /// /// Undoes everything since yesterday.
    /// pub async fn rewind(&mut self, ctx: &Ctx<Self>) -> Result<()> {
    ///     let yesterday = ctx.bookmark_at(ctx.now() - days(1)).await?;
    ///     ctx.restore(&yesterday).await
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// It is not a bookmark of this object. Those of [`bookmark`](Self::bookmark).
    pub async fn restore(&self, bookmark: &str) -> Result<()> {
        let instance = &self.instance;
        instance.env.restore(instance.platform(), bookmark).await
    }

    /// Runs `body` in one transaction: its SQL, its alarms, the attachments of web sockets and
    /// [`destroy`](Self::destroy) take effect together, and an error or a panic undoes all of
    /// it.
    ///
    /// A synchronous handler already is one transaction, where it has something to undo; an `async` handler calls this for
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

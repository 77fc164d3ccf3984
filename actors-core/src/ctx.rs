//! What a handler knows of the object that it runs in.

use std::cell::Cell;
use std::rc::Weak;

use crate::actor::Actor;
use crate::alarms::{self, AlarmRun, Alarms, Ringing};
use crate::backend::{Env, Fetched, Platform};
use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::object::Inner;
use crate::schema;
use crate::sockets::{Lanes, Selection, Sockets};
use crate::sql::{Database, Row, Sql, Usage, Value};
use crate::time::Timestamp;
use crate::transaction::{Beside, Open};
use crate::unborn::{Beginning, Life, Unborn};

/// Makes the tables of an object, with its persisted fields.
type Create<A> = fn(&Ctx<A>, &str) -> Result<()>;

/// The object that a handler runs in: its storage, its alarms, its name, the
/// Worker's bindings. A handler asks for it with a parameter `ctx: &Ctx<Self>`.
pub struct Ctx<A> {
    platform: Platform,
    /// What a rollback puts back.
    beside: Cell<Beside>,
    pub(crate) ringing: Ringing,
    /// The alarm whose handler is being polled.
    pub(crate) running: Cell<Option<AlarmRun>>,
    /// Whether newer code has brought the database further than this code would.
    pub(crate) is_behind: Cell<bool>,
    pub(crate) unborn: Unborn,
    /// Makes the tables of an object that does not exist, with its persisted fields.
    pub(crate) create: Cell<Option<Create<A>>>,
    /// What its web sockets have at work.
    pub(crate) lanes: Lanes,
    object: Weak<Inner<A>>,
}

impl<A> Ctx<A> {
    pub(crate) fn new(platform: Platform, object: Weak<Inner<A>>) -> Self {
        Self {
            platform,
            beside: Cell::default(),
            ringing: Ringing::default(),
            running: Cell::new(None),
            is_behind: Cell::new(false),
            unborn: Unborn::default(),
            create: Cell::new(None),
            lanes: Lanes::default(),
            object,
        }
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.platform
    }

    /// What is remembered of the database, as the open transaction has it.
    pub(crate) fn beside(&self) -> Beside {
        self.beside.get()
    }

    /// Remembers something of the database, until the open transaction is rolled back.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Beside)) {
        let mut beside = self.beside.get();
        change(&mut beside);
        self.beside.set(beside);
    }

    /// Whether a turn has asked for the object's end.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.beside.get().is_destroyed
    }

    /// The actor's SQLite database.
    pub fn sql(&self) -> Sql<'_> {
        Sql::new(self)
    }

    /// The database for the framework's own statements, which name its own tables.
    pub(crate) fn own(&self) -> Sql<'_> {
        Sql::own(self)
    }

    /// The Worker's bindings: what another actor's stub is asked with.
    pub fn env(&self) -> &Env {
        self.platform.env()
    }

    /// The time. In production it stands still between two awaits, as
    /// everywhere in Workers.
    pub fn now(&self) -> Timestamp {
        self.platform.now()
    }

    /// The name that this instance was asked for with, if it was asked for by name. The
    /// platform does not tell one of more than 1,024 bytes: stubs and `entry!` refuse it,
    /// JavaScript can ask for it.
    pub fn name(&self) -> Option<String> {
        self.platform.name()
    }

    /// The id of this instance: 64 hexadecimal digits.
    pub fn id(&self) -> String {
        self.platform.id()
    }

    /// In an `#[alarm]` handler that an alarm runs: which one, and at which try.
    pub fn alarm(&self) -> Option<AlarmRun> {
        self.running.get()
    }

    /// Ends this object: closes its web sockets, and removes its alarms, its tables and
    /// its persisted fields. Nothing is left that costs.
    ///
    /// It is part of the transaction that it is called in: if that fails, the object goes on
    /// as it was. Otherwise the turn goes on to its end, and its caller gets its answer. Then
    /// the actor's memory is dropped, and an alarm follows at once that does the rest.
    /// Whatever else comes first, or after the process was lost in the middle, finishes it
    /// too, and finds an object that does not exist: it reads as empty, and begins anew with
    /// what it stores next.
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
        self.transaction(|| {
            self.remember(|beside| beside.is_destroyed = true);
            let is_unborn = self.beside().life == Life::Unborn;
            if is_unborn && !self.platform.sockets(&Selection::default()).is_empty() {
                // So that somebody closes them, whatever comes next.
                self.begin_to_exist()?;
            }
            schema::mark_destroyed(self)
        })
    }

    /// Runs `body` in one transaction: its SQL, its alarms, the attachments of web sockets
    /// and [`destroy`](Self::destroy) hold together, and an error or a panic undoes all of it.
    ///
    /// A synchronous handler is one transaction already; an `async` handler
    /// calls this for the parts that must hold together. A transaction in a
    /// transaction can fail alone. Costs about 2 µs.
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
        let mut body = Some(body);
        let mut value = None;
        // What is made again for each body ends here.
        self.transact(&mut || {
            value = body.take().map(|body| body()).transpose()?;
            Ok(())
        })?;
        value.ok_or_else(|| Error::internal("the platform did not run the transaction"))
    }
}

impl<A> Beginning for Ctx<A> {
    fn platform(&self) -> &Platform {
        &self.platform
    }

    fn memory(&self) -> &Cell<Beside> {
        &self.beside
    }

    fn unborn(&self) -> &Unborn {
        &self.unborn
    }

    fn create(&self, fields: &str) -> Result<()> {
        self.create
            .get()
            .map_or(Ok(()), |create| create(self, fields))
    }

    fn transact(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let open = Open::new(&self.beside);
        let mut has_run = false;
        let outcome = self.platform.transaction(&mut || {
            body()?;
            has_run = true;
            match open.is_outermost() {
                true if self.is_rehearsed() => Err(Error::internal("rehearsed")),
                true => alarms::arm(self),
                false => Ok(()),
            }
        });
        let is_rehearsed = has_run && open.is_outermost() && self.is_rehearsed();
        if !is_rehearsed {
            outcome?;
        }
        open.commit();
        if is_rehearsed {
            self.remember(|beside| beside.life = Life::Unborn);
        }
        Ok(())
    }
}

impl<A> Ctx<A> {
    /// Has the object begin to exist, if it does not, in the transaction that is open.
    pub(crate) fn begin_to_exist(&self) -> Result<()> {
        let object: &dyn Beginning = self;
        object.begin_to_exist()
    }

    #[cold]
    fn run_early(&self, statement: &str, values: &[Value<'_>]) -> Result<(Fetched<'_>, u64)> {
        let object: &dyn Beginning = self;
        object.run_early(statement, values)
    }

    fn is_rehearsed(&self) -> bool {
        self.beside.get().life == Life::Rehearsed
    }
}

impl<A> Database for Ctx<A> {
    fn run(&self, statement: &str, values: &[Value<'_>]) -> Result<u64> {
        match self.beside.get().life {
            Life::Exists => self.platform.sql_run(statement, values),
            _ => Ok(self.run_early(statement, values)?.1),
        }
    }

    fn query(
        &self,
        statement: &str,
        values: &[Value<'_>],
        visit: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self.beside.get().life {
            Life::Exists => self.platform.sql_query(statement, values, visit),
            _ => self.run_early(statement, values)?.0.visit(visit),
        }
    }

    fn usage(&self) -> Usage {
        self.platform.sql_usage()
    }
}

impl<A: Actor> Ctx<A> {
    /// The actor's alarms.
    pub fn alarms(&self) -> Alarms<'_, A> {
        Alarms::new(self)
    }

    /// The actor and this, owned: for code that is called within the turn and can borrow
    /// nothing, such as the handlers of an `axum::Router`. See [`Handle`].
    pub fn handle(&self) -> Handle<A> {
        Handle::new(self.object.clone())
    }

    /// The actor's web sockets.
    pub fn sockets(&self) -> Sockets<'_, A::Attachment> {
        Sockets::new(&self.platform)
    }
}

/// What a transaction runs: a closure that returns a `Result`, without `async`.
#[diagnostic::on_unimplemented(
    message = "a transaction runs a closure that returns a `Result`, and this is `{Self}`",
    label = "expected `|| {{ …; Ok(()) }}`",
    note = "nothing can be awaited in a transaction: await before it, and do in it what must hold \
            together"
)]
pub trait Body<T>: FnOnce() -> Result<T> {}

#[diagnostic::do_not_recommend]
impl<T, F: FnOnce() -> Result<T>> Body<T> for F {}

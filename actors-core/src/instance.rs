//! An object as the platform has it, with what is known of it in memory. Nothing here depends on
//! the type of the actor, so it is compiled once for all of them.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use crate::alarms::{self, AlarmDef, AlarmRun, Ringing};
use crate::backend::Platform;
use crate::calls::{Caller, Identity};
use crate::door::{Door, Origin};
use crate::error::{Error, Result};
use crate::object::Once;
use crate::schema::{self, Migration};
use crate::sockets::{Lanes, Selection};
use crate::sql::{Database, Row, Sql, TableDef, Usage, Value};
use crate::time::{Duration, Timestamp};
use crate::transaction::{Beside, Open};
use crate::turn::{Access, Gate, Permit};
use crate::unborn::{Life, Unborn};

/// What an actor does later, without its type.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// What the code of an actor declares, as data.
#[derive(Clone, Copy)]
pub(crate) struct ActorDef {
    pub(crate) name: &'static str,
    pub(crate) tables: &'static [TableDef],
    pub(crate) migrations: &'static [Migration],
    /// The alarm handlers, one after the other.
    pub(crate) alarm: fn(usize) -> Option<AlarmDef>,
    /// How long an event waits for its turn whose outcome somebody waits for.
    pub(crate) wait: Duration,
}

impl ActorDef {
    pub(crate) fn alarms(self) -> impl Iterator<Item = AlarmDef> {
        (0..).map_while(self.alarm)
    }
}

/// An actor that can be woken, whatever its type.
pub(crate) trait Wakes {
    /// Loads the actor, and runs its `#[on_init]`.
    fn wake(&self, caller: Rc<Caller>) -> BoxFuture<'_, ()>;
}

/// One object: what [`Ctx`](crate::Ctx) is without the type of the actor.
pub(crate) struct Instance {
    platform: Platform,
    pub(crate) def: ActorDef,
    pub(crate) gate: Gate,
    pub(crate) identity: Rc<Identity>,
    /// What a rollback puts back.
    beside: Cell<Beside>,
    pub(crate) ringing: Ringing,
    /// The alarm whose handler is being polled.
    pub(crate) running: Cell<Option<AlarmRun>>,
    /// Whether newer code has brought the database further than this code would.
    pub(crate) is_behind: Cell<bool>,
    pub(crate) unborn: Unborn,
    /// What its web sockets have at work.
    pub(crate) lanes: Lanes,
}

impl Instance {
    pub(crate) fn new(platform: Platform, def: ActorDef) -> Self {
        Self {
            identity: Rc::new(Identity::new(def.name, &platform)),
            platform,
            def,
            gate: Gate::default(),
            beside: Cell::default(),
            ringing: Ringing::default(),
            running: Cell::new(None),
            is_behind: Cell::new(false),
            unborn: Unborn::default(),
            lanes: Lanes::default(),
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

    /// Opens a transaction in memory, beside that of the database.
    pub(crate) fn open(&self) -> Open<'_> {
        Open::new(&self.beside)
    }

    /// Whether a turn has asked for the object's end.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.beside.get().is_destroyed
    }

    /// The database, for the user's statements.
    pub(crate) fn sql(&self) -> Sql<'_> {
        Sql::new(self)
    }

    /// The database for the framework's own statements, which name its own tables.
    pub(crate) fn own(&self) -> Sql<'_> {
        Sql::own(self)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.platform.now()
    }

    /// Passes the gate, and has the actor woken if nobody has. Boxed, so that it is compiled
    /// once and not again in each handler that waits for it.
    pub(crate) fn enter<'a>(
        self: &'a Rc<Self>,
        access: Access,
        origin: &'a Origin,
        actor: &'a dyn Wakes,
    ) -> BoxFuture<'a, (Permit, Rc<Caller>)> {
        Box::pin(async move {
            let door = Door {
                gate: &self.gate,
                identity: &self.identity,
                platform: &self.platform,
                wait: self.def.wait,
            };
            let (permit, caller) = door.pass(access, origin).await?;
            if !self.gate.is_awake() {
                actor.wake(caller.clone()).await?;
                permit.woke();
                alarms::look_after(self, None);
            }
            Ok((permit, caller))
        })
    }

    /// Ends a turn. If it has destroyed the object, no other runs in what is left of it.
    pub(crate) fn end_turn(self: &Rc<Self>) {
        let beside = self.beside();
        if beside.is_destroyed {
            self.gate.slept();
        }
        if beside.is_in_doubt.is_some() {
            self.remember(|beside| beside.is_in_doubt = None);
            alarms::look_after(self, beside.is_in_doubt);
        }
    }

    /// See [`Ctx::destroy`](crate::Ctx::destroy).
    pub(crate) fn destroy(&self) -> Result<()> {
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

    /// See [`Ctx::transaction`](crate::Ctx::transaction).
    pub(crate) fn transaction<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut once = Once::new(body);
        self.transact(&mut || once.run(|body| body()))?;
        once.value()
    }

    /// Runs `body` in a transaction, at whose end the object's own alarm is armed.
    pub(crate) fn transact(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let open = self.open();
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

    fn is_rehearsed(&self) -> bool {
        self.beside.get().life == Life::Rehearsed
    }
}

impl Database for Instance {
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

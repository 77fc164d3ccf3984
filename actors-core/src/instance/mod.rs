//! One object: its platform and what memory holds of it. Nothing here depends on the type of the
//! actor, so it is compiled once for all actors.

pub(crate) mod alarm;
mod alarms;
pub(crate) mod door;
mod early;
mod empty;
pub(crate) mod later;
pub(crate) mod live;
pub(crate) mod lost;
pub(crate) mod once;
pub(crate) mod remembered;
mod ringing;
pub(crate) mod storage;
pub(crate) mod tables;
pub(crate) mod transaction;
pub(crate) mod turn;
mod unborn;
pub(crate) mod unwritten;

use std::any::Any;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) use self::empty::empty_tables;
use self::live::Live;
use self::remembered::{Open, Remembered};
use self::ringing::Ringing;
use self::storage::Storage;
use self::unborn::Unborn;
use self::unwritten::Unwritten;
use crate::alarms::{AlarmDef, AlarmRun};
use crate::env::Env;
use crate::error::Result;
use crate::from_binding::ReadBindings;
use crate::platform::Platform;
use crate::sql::{Migration, Sql, TableDef};
use crate::time::{Duration, Timestamp};
use crate::turn::current::{self, AlarmAtWork, Identity};
use crate::turn::gate::Gate;
use crate::turn::lanes::Lanes;

/// What the code of an actor declares, as data.
#[derive(Clone, Copy)]
pub(crate) struct ActorDef {
    pub(crate) name: &'static str,
    pub(crate) tables: &'static [TableDef],
    pub(crate) migrations: &'static [Migration],
    /// Reads the bindings that it uses, if it has said which.
    pub(crate) bindings: Option<ReadBindings>,
    /// The alarm handlers, by index.
    pub(crate) alarm: fn(usize) -> Option<AlarmDef>,
    /// Checks that the object's own alarm is set, which should ring then; nothing without handlers.
    pub(crate) check_alarm: CheckAlarm,
    /// How long an event whose outcome is awaited waits for its turn.
    pub(crate) wait: Duration,
    /// Creates the database of an object that begins to exist, with these persisted fields.
    pub(crate) create: fn(&Instance, &str) -> Result<()>,
    /// Brings a database with the first fingerprint to what the code declares, which has the
    /// second.
    pub(crate) follow: fn(&Instance, i64, i64) -> Result<()>,
}

/// See [`lost::check_alarm`].
type CheckAlarm = fn(&Rc<Instance>, Option<Timestamp>);

impl ActorDef {
    pub(crate) fn alarms(self) -> impl Iterator<Item = AlarmDef> {
        (0..).map_while(self.alarm)
    }

    pub(crate) fn alarm_called(self, name: &str) -> Option<AlarmDef> {
        self.alarms().find(|alarm| alarm.name == name)
    }
}

/// One object: [`Ctx`](crate::Ctx) without the type of the actor.
pub(crate) struct Instance {
    platform: Box<dyn Platform>,
    pub(crate) env: Env,
    pub(crate) def: ActorDef,
    /// The bindings that it uses, since it first woke.
    pub(crate) bindings: OnceCell<Rc<dyn Any>>,
    pub(crate) gate: Gate,
    pub(crate) identity: Rc<Identity>,
    /// What a rollback restores.
    remembered: Cell<Remembered>,
    pub(crate) ringing: Ringing,
    /// The alarm whose handler is being polled.
    pub(crate) running: Cell<Option<AlarmRun>>,
    /// Whether the database has been migrated by newer code than this.
    pub(crate) is_behind: Cell<bool>,
    /// What the current turn may do with the database, if it is no transaction.
    permitted: Cell<Storage>,
    pub(crate) unborn: Unborn,
    unwritten: Unwritten,
    /// Writes that. Set where there is something to write, so that an actor without alarms does not
    /// include it.
    write_noted: Cell<fn(&Self) -> Result<()>>,
    /// Counts what may have changed stored alarms, other than by running them.
    pub(crate) alarm_changes: Cell<u64>,
    /// The running events of its web sockets.
    pub(crate) lanes: Lanes,
    /// The tasks in memory.
    pub(crate) live: Live,
    /// What hears of commits, once there is something to hear of.
    pub(crate) listener: OnceCell<Rc<dyn Listener>>,
}

/// Hears of the commits of an object.
pub(crate) trait Listener: Any {
    /// The outermost transaction has been committed; [`Remembered::noted`] is how many notes it
    /// has left for this.
    fn committed(&self, instance: &Instance);
}

impl Instance {
    pub(crate) fn new(platform: Box<dyn Platform>, env: Env, def: ActorDef) -> Self {
        current::count_from(|| platform.first_turn());
        let identity = Identity::new(def.name, platform.id(), platform.name());
        Self {
            identity: Rc::new(identity),
            platform,
            env,
            def,
            bindings: OnceCell::new(),
            gate: Gate::default(),
            remembered: Cell::default(),
            ringing: Ringing::default(),
            running: Cell::new(None),
            is_behind: Cell::new(false),
            permitted: Cell::default(),
            unborn: Unborn::default(),
            unwritten: Unwritten::default(),
            write_noted: Cell::new(|_| Ok(())),
            alarm_changes: Cell::new(0),
            lanes: Lanes::default(),
            live: Live::default(),
            listener: OnceCell::new(),
        }
    }

    /// Reads the bindings that the actor uses, when it wakes for the first time.
    fn read_bindings(&self) -> Result<()> {
        if let Some(read) = self.def.bindings
            && self.bindings.get().is_none()
        {
            let _ = self.bindings.set(read(&self.env)?);
        }
        Ok(())
    }

    pub(crate) fn platform(&self) -> &dyn Platform {
        &*self.platform
    }

    /// What is remembered of the database, as the open transaction sees it.
    pub(crate) fn remembered(&self) -> Remembered {
        self.remembered.get()
    }

    /// Remembers something of the database, until the open transaction is rolled back.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut Remembered)) {
        let mut remembered = self.remembered.get();
        change(&mut remembered);
        self.remembered.set(remembered);
    }

    /// Forgets what is remembered of the database.
    pub(crate) fn forget(&self) {
        self.remembered.take();
        self.alarms_changed();
    }

    /// Notes that stored alarms may have changed, other than by having run.
    pub(crate) fn alarms_changed(&self) {
        self.alarm_changes.set(self.alarm_changes.get() + 1);
    }

    /// Opens a transaction in memory, to accompany that of the database.
    pub(crate) fn open(&self) -> Open<'_> {
        Open::new(&self.remembered)
    }

    /// Whether a transaction is open.
    pub(crate) fn is_in_transaction(&self) -> bool {
        self.remembered.get().depth > 0
    }

    /// Whether a turn has destroyed the object.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.remembered.get().is_destroyed
    }

    /// The database, for the user's statements.
    pub(crate) fn sql(&self) -> Sql<'_> {
        Sql::new(self)
    }

    /// The database for statements of the framework or its macros, which need no checks.
    pub(crate) fn own(&self) -> Sql<'_> {
        Sql::own(self)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.platform.now()
    }

    /// Notes that the handler of that alarm is running, until what this returns is dropped.
    pub(crate) fn begin_alarm(&self, run: AlarmRun) -> Running<'_> {
        let before = self.running.replace(Some(run));
        let at_work = AlarmAtWork {
            object: self.ringing.object(),
            alarm: run.id.0,
        };
        Running {
            running: &self.running,
            before,
            _at_work: current::begin_alarm(at_work),
        }
    }
}

/// An alarm whose handler is running.
pub(crate) struct Running<'a> {
    running: &'a Cell<Option<AlarmRun>>,
    before: Option<AlarmRun>,
    _at_work: current::UntilDone,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.running.set(self.before);
    }
}

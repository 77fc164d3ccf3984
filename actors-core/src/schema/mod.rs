//! The database as a wake finds it, and as it should be.
//!
//! A wake reads one row. If its fingerprint is not that of the code, one transaction
//! brings the database up to date: the framework's own tables, the written migrations
//! that it has not been through ([`migration`]), then the difference between the
//! tables that are stored ([`parse`]) and those that are declared ([`difference`]).
//! What is not safe is refused ([`report`], [`advice`]), and all stays as it was.
//! A database that newer code has brought further is left alone, if it can be ([`newer`]).

mod advice;
mod difference;
mod empty;
mod migration;
mod newer;
mod parse;
#[cfg(all(test, feature = "testing"))]
mod properties;
mod report;
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) mod snapshot;

use serde::{Deserialize, Serialize};

use self::difference::{Stored, Undeclared, bring};
pub(crate) use self::empty::empty_tables;
pub use self::migration::Migration;
use self::migration::{Done, run_pending};
use self::newer::{Standing, parts, standing};
pub(crate) use self::parse::{framework_name, tokens, words};
use crate::actor::Actor;
use crate::alarms;
use crate::ctx::Ctx;
use crate::error::{Error, ErrorKind, Result};
use crate::sql::TableDef;
use crate::unborn::Life;

/// The framework's own row: what the database was made for, the persisted fields, and
/// what only a change of the schema has to know. Like all tables of the framework, it is
/// brought up to date by the same difference as the actor's, so what is added here
/// later has to be NULL or have a default.
const META: TableDef = TableDef {
    of: "the framework",
    name: "_actors",
    was: None,
    create: &[
        "CREATE TABLE _actors (id INTEGER PRIMARY KEY CHECK (id = 0), \
               fingerprint INTEGER NOT NULL, state TEXT NOT NULL, \
               schema TEXT NOT NULL DEFAULT '{}') STRICT",
    ],
    indices: &[],
    renamed: &[],
};

/// What the database has been through, as JSON in the framework's row.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Record {
    /// The tables that were declared.
    tables: Vec<String>,
    migrations: Vec<Done>,
    /// The tables with their columns and indices.
    parts: Vec<String>,
    /// The alarms that were declared.
    alarms: Vec<String>,
    /// The fingerprints that it had before, the newest last.
    before: Vec<i64>,
}

/// So many fingerprints are kept.
const MOST_BEFORE: usize = 32;

/// The fingerprint of an object that [`Ctx::destroy`] has ended.
const DESTROYED: i64 = -1;

/// Brings the database to what the actor declares, and answers the stored
/// persisted fields. One row read when nothing has changed. An object that stores nothing
/// yet is left without a database.
pub(crate) fn open<A: Actor>(ctx: &Ctx<A>) -> Result<String> {
    let wanted = fingerprint::<A>();
    ctx.is_behind.set(false);
    ctx.unborn.is_awake();
    let stored = stored(ctx)?.filter(|(found, _)| !bury(ctx, *found));
    match stored {
        Some((found, state)) if found == wanted => Ok(state),
        Some((_, state)) if leaves_alone(ctx, wanted)? => {
            ctx.is_behind.set(true);
            Ok(state)
        }
        Some((found, state)) => ctx
            .transaction(|| update(ctx, found, wanted))
            .map(|()| state),
        None => {
            ctx.unborn.wake(A::TABLES);
            ctx.create.set(Some(create::<A>));
            ctx.remember(|beside| beside.life = Life::Unborn);
            Ok("{}".to_owned())
        }
    }
}

/// Says that the object is at its end: what finds this does the rest.
pub(crate) fn mark_destroyed<A>(ctx: &Ctx<A>) -> Result<()> {
    ctx.own()
        .run(
            "UPDATE _actors SET fingerprint = ? WHERE id = 0",
            (DESTROYED,),
        )
        .map(drop)
}

/// Does the rest of [`Ctx::destroy`], if it was called; answers whether it was.
pub(crate) fn finish_destroy<A>(ctx: &Ctx<A>) -> Result<bool> {
    Ok(stored(ctx)?.is_some_and(|(found, _)| bury(ctx, found)))
}

fn bury<A>(ctx: &Ctx<A>, found: i64) -> bool {
    let is_destroyed = found == DESTROYED;
    if is_destroyed {
        ctx.platform().delete_all();
    }
    is_destroyed
}

/// Stores the persisted fields.
pub(crate) fn store<A>(ctx: &Ctx<A>, state: &str) -> Result<()> {
    ctx.begin_to_exist()?;
    ctx.own()
        .run("UPDATE _actors SET state = ? WHERE id = 0", (state,))
        .map(drop)
}

fn stored<A>(ctx: &Ctx<A>) -> Result<Option<(i64, String)>> {
    let row = ctx
        .own()
        .optional("SELECT fingerprint, state FROM _actors WHERE id = 0", ());
    match row {
        Err(error)
            if error.kind() == ErrorKind::Sql && error.message().contains("no such table") =>
        {
            Ok(None)
        }
        row => row,
    }
}

/// A new database has the newest tables, and no migration to go through.
fn create<A: Actor>(ctx: &Ctx<A>, fields: &str) -> Result<()> {
    let all: Vec<&TableDef> = own().chain(A::TABLES).collect();
    bring(ctx, &all, Undeclared::Drop)?;
    finish(ctx, fingerprint::<A>(), Vec::new())?;
    if fields != "{}" {
        store(ctx, fields)?;
    }
    match ctx.is_destroyed() {
        // What is stored behind `destroy` goes with the rest.
        true => mark_destroyed(ctx),
        false => Ok(()),
    }
}

/// Brings the database to what the code declares, from what it was when it had the
/// fingerprint `found`.
fn update<A: Actor>(ctx: &Ctx<A>, found: i64, fingerprint: i64) -> Result<()> {
    bring(ctx, &own().collect::<Vec<_>>(), Undeclared::Drop)?;
    let record = Record::read(ctx)?;
    run_pending(ctx, A::MIGRATIONS, &record.migrations)?;
    bring(ctx, &A::TABLES.iter().collect::<Vec<_>>(), Undeclared::Drop)?;
    check_none_forgotten(ctx, A::TABLES, &record.tables)?;
    finish(ctx, fingerprint, record.with_before(found))
}

/// Whether the database is further than the code and is to be left as it is: all that the
/// code declares is there, and what there is beside that does not forbid what it writes.
///
/// No order of versions is known but that of a database that was once at this one. Else it
/// may as well be that the code declares less than it did, which leaves the same.
fn leaves_alone<A: Actor>(ctx: &Ctx<A>, wanted: i64) -> Result<bool> {
    let Ok(record) = Record::read(ctx) else {
        return Ok(false);
    };
    let listed: Vec<Done> = A::MIGRATIONS.iter().map(Done::from).collect();
    if record.migrations != listed {
        return Ok(false);
    }
    let was_here = record.before.contains(&wanted);
    let has_alarms = || {
        let mut declared = declared_alarms::<A>();
        declared.all(|alarm| record.alarms.contains(&alarm))
    };
    let declared = Stored::of(own().chain(A::TABLES));
    match standing(ctx, &declared, &Stored::read(ctx)?, &record.parts)? {
        Standing::Lacks(_) => Ok(false),
        Standing::Same => Ok(was_here && has_alarms()),
        Standing::More => Ok(was_here || has_alarms()),
        Standing::Forbids(reasons) if was_here => Err(Error::schema(format!(
            "the database is newer than the code, which can't leave it alone, and nothing was \
             changed: {}",
            reasons.join("; ")
        ))),
        Standing::Forbids(_) => Ok(false),
    }
}

impl Record {
    fn read<A>(ctx: &Ctx<A>) -> Result<Self> {
        let record: String = ctx
            .own()
            .one("SELECT schema FROM _actors WHERE id = 0", ())?;
        serde_json::from_str(&record).map_err(|error| {
            Error::schema(format!("the record of the schema can't be read: {error}"))
        })
    }

    /// The fingerprints before, and the one that it had until now.
    fn with_before(mut self, found: i64) -> Vec<i64> {
        self.before.retain(|before| *before != found);
        self.before.push(found);
        let more = self.before.len().saturating_sub(MOST_BEFORE);
        self.before.split_off(more)
    }
}

/// The declared alarms, as a fingerprint and a record know them.
fn declared_alarms<A: Actor>() -> impl Iterator<Item = String> {
    A::HANDLERS.alarms.iter().filter_map(|handler| {
        let recurrence = handler.declared?.recurrence();
        Some(format!("{} {recurrence:?}", handler.name))
    })
}

/// The framework's own tables.
fn own() -> impl Iterator<Item = &'static TableDef> {
    const OWN: &TableDef = &META;
    std::iter::once(OWN).chain(alarms::TABLES)
}

/// A table that was declared once is still declared, or no longer stored: else its rows
/// would be there and nobody would see them.
fn check_none_forgotten<A>(ctx: &Ctx<A>, defs: &[TableDef], declared: &[String]) -> Result<()> {
    let stored = Stored::read(ctx)?;
    let is_declared = |name: &str| defs.iter().any(|def| def.name.eq_ignore_ascii_case(name));
    for name in declared {
        if let Some(table) = stored.tables.get(name)
            && !is_declared(name)
        {
            return Err(Error::schema(report::undeclared_table(
                name, table, &stored,
            )));
        }
    }
    Ok(())
}

/// Takes note of what the database has come to.
fn finish<A: Actor>(ctx: &Ctx<A>, fingerprint: i64, before: Vec<i64>) -> Result<()> {
    alarms::reconcile(ctx)?;
    let record = Record {
        tables: (A::TABLES.iter())
            .map(|def| def.name.to_ascii_lowercase())
            .collect(),
        migrations: A::MIGRATIONS.iter().map(Done::from).collect(),
        parts: parts(&Stored::of(A::TABLES.iter())),
        alarms: declared_alarms::<A>().collect(),
        before,
    };
    ctx.own()
        .run(
            "INSERT INTO _actors (id, fingerprint, state, schema) VALUES (0, ?, '{}', ?) \
             ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, \
             schema = excluded.schema",
            (fingerprint, serde_json::to_string(&record)?),
        )
        .map(drop)
}

/// 53 bits (the integers that a row holds exactly) over all that a wake has to establish.
fn fingerprint<A: Actor>() -> i64 {
    let mut hash = Fnv::default();
    hash.write(env!("CARGO_PKG_VERSION"));
    for def in own().chain(A::TABLES) {
        hash.write(def.name);
        for part in def.create {
            hash.write(part);
        }
        for index in def.indices {
            hash.write(index.create);
        }
    }
    for migration in A::MIGRATIONS {
        hash.write(migration.id);
        hash.write(migration.sql);
    }
    for handler in A::HANDLERS.alarms {
        hash.write(handler.name);
    }
    for alarm in declared_alarms::<A>() {
        hash.write(&alarm);
    }
    hash.finish()
}

/// FNV-1a, which is short and stays the same for ever.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// As an integer that a row holds exactly.
    fn finish(&self) -> i64 {
        i64::try_from(self.0 >> 11).unwrap_or_default()
    }
}

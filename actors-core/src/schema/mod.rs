//! The database as a wake finds it, and as it should be.
//!
//! A wake reads one row. If its fingerprint is not that of the code, one transaction
//! brings the database up to date: the framework's own tables, the written migrations
//! that it has not been through ([`migration`]), then the difference between the
//! tables that are stored and those that are declared ([`plan`], [`bring`](mod@bring)).
//! What is not safe is refused ([`report`], [`advice`]), and all stays as it was.
//! A database that newer code has brought further is left alone, if it can be ([`newer`]).

mod advice;
pub(crate) mod bring;
mod fingerprint;
pub(crate) mod migration;
pub(crate) mod newer;
pub(crate) mod plan;
#[cfg(all(test, feature = "testing"))]
mod properties;
mod report;

use serde::{Deserialize, Serialize};

use self::bring::{bring, read};
use self::migration::{Done, run_pending};
use self::newer::{Standing, parts, standing};
use self::plan::{Stored, Undeclared};
use crate::alarms;
use crate::error::{Error, ErrorKind, Result};
use crate::instance::Instance;
use crate::instance::beside::Life;
use crate::instance::tables::{DESTROYED, own};
use crate::sql::TableDef;

/// What the database has been through, as JSON in the framework's row.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    /// The tables that were declared.
    pub(crate) tables: Vec<String>,
    pub(crate) migrations: Vec<Done>,
    /// The tables with their columns and indices.
    pub(crate) parts: Vec<String>,
    /// The alarms that were declared.
    pub(crate) alarms: Vec<String>,
    /// The fingerprints that it had before, the newest last.
    pub(crate) before: Vec<i64>,
}

/// So many fingerprints are kept.
const MOST_BEFORE: usize = 32;

/// Brings the database to what the actor declares, and answers the stored
/// persisted fields. One row read when nothing has changed. An object that stores nothing
/// yet is left without a database.
pub(crate) fn open(instance: &Instance) -> Result<String> {
    let wanted = instance.def.fingerprint();
    instance.is_behind.set(false);
    instance.unborn.is_awake();
    let stored = stored(instance)?.filter(|(found, _)| !bury(instance, *found));
    match stored {
        Some((found, state)) if found == wanted => Ok(state),
        Some((_, state)) if leaves_alone(instance, wanted)? => {
            instance.is_behind.set(true);
            Ok(state)
        }
        Some((found, state)) => instance
            .transaction(|| update(instance, found, wanted))
            .map(|()| state),
        None => {
            instance.unborn.wake();
            instance.remember(|beside| beside.life = Life::Unborn);
            Ok("{}".to_owned())
        }
    }
}

/// Does the rest of [`Ctx::destroy`], if it was called; answers whether it was.
pub(crate) fn finish_destroy(instance: &Instance) -> Result<bool> {
    Ok(stored(instance)?.is_some_and(|(found, _)| bury(instance, found)))
}

fn bury(instance: &Instance, found: i64) -> bool {
    let is_destroyed = found == DESTROYED;
    if is_destroyed {
        instance.platform().delete_all();
    }
    is_destroyed
}

/// Stores the persisted fields.
pub(crate) fn store(instance: &Instance, state: &str) -> Result<()> {
    instance.begin_to_exist()?;
    instance
        .own()
        .run("UPDATE _actors SET state = ? WHERE id = 0", (state,))
        .map(drop)
}

fn stored(instance: &Instance) -> Result<Option<(i64, String)>> {
    let row = instance
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
pub(crate) fn create(instance: &Instance, fields: &str) -> Result<()> {
    let all: Vec<&TableDef> = own().chain(instance.def.tables).collect();
    bring(instance, &all, Undeclared::Drop)?;
    finish(instance, instance.def.fingerprint(), Vec::new())?;
    if fields != "{}" {
        store(instance, fields)?;
    }
    match instance.is_destroyed() {
        // What is stored behind `destroy` goes with the rest.
        true => instance.mark_destroyed(),
        false => Ok(()),
    }
}

/// Brings the database to what the code declares, from what it was when it had the
/// fingerprint `found`.
pub(crate) fn update(instance: &Instance, found: i64, fingerprint: i64) -> Result<()> {
    bring(instance, &own().collect::<Vec<_>>(), Undeclared::Drop)?;
    let record = Record::read(instance)?;
    run_pending(instance, instance.def.migrations, &record.migrations)?;
    bring(
        instance,
        &instance.def.tables.iter().collect::<Vec<_>>(),
        Undeclared::Drop,
    )?;
    check_none_forgotten(instance, instance.def.tables, &record.tables)?;
    finish(instance, fingerprint, record.with_before(found))
}

/// Whether the database is further than the code and is to be left as it is: all that the
/// code declares is there, and what there is beside that does not forbid what it writes.
///
/// No order of versions is known but that of a database that was once at this one. Else it
/// may as well be that the code declares less than it did, which leaves the same.
fn leaves_alone(instance: &Instance, wanted: i64) -> Result<bool> {
    let Ok(record) = Record::read(instance) else {
        return Ok(false);
    };
    let listed: Vec<Done> = instance.def.migrations.iter().map(Done::from).collect();
    if record.migrations != listed {
        return Ok(false);
    }
    let was_here = record.before.contains(&wanted);
    let has_alarms = || {
        let mut declared = instance.def.declared_alarms();
        declared.all(|alarm| record.alarms.contains(&alarm))
    };
    let declared = Stored::of(own().chain(instance.def.tables));
    match standing(instance, &declared, &read(instance)?, &record.parts)? {
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
    fn read(instance: &Instance) -> Result<Self> {
        let record: String = instance
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

/// A table that was declared once is still declared, or no longer stored: else its rows
/// would be there and nobody would see them.
fn check_none_forgotten(instance: &Instance, defs: &[TableDef], declared: &[String]) -> Result<()> {
    let stored = read(instance)?;
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
fn finish(instance: &Instance, fingerprint: i64, before: Vec<i64>) -> Result<()> {
    alarms::reconcile(instance)?;
    let record = Record {
        tables: (instance.def.tables.iter())
            .map(|def| def.name.to_ascii_lowercase())
            .collect(),
        migrations: instance.def.migrations.iter().map(Done::from).collect(),
        parts: parts(&Stored::of(instance.def.tables.iter())),
        alarms: instance.def.declared_alarms().collect(),
        before,
    };
    instance
        .own()
        .run(
            "INSERT INTO _actors (id, fingerprint, state, schema) VALUES (0, ?, '{}', ?) \
             ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, \
             schema = excluded.schema",
            (fingerprint, serde_json::to_string(&record)?),
        )
        .map(drop)
}

//! Brings the database that a wake finds up to date.
//!
//! A wake reads one row. If its fingerprint is not that of the code, one transaction brings
//! the database up to date: the framework's own tables, the written migrations that have
//! not been applied yet ([`migration`]), then the difference between the stored and the
//! declared tables ([`plan`], [`bring`](mod@bring)). What is not safe is refused
//! ([`report`], [`advice`]), and nothing changes. A database that newer code has changed is
//! left alone, if possible ([`newer`]).

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
use crate::instance::remembered::Life;
use crate::instance::tables::{DESTROYED, own};
use crate::sql::TableDef;

/// The history of the database, as JSON in the framework's row.
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
    /// Its earlier fingerprints, the newest last.
    pub(crate) before: Vec<i64>,
}

/// How many earlier fingerprints are kept.
const MOST_BEFORE: usize = 32;

/// Brings the database to what the actor declares, and returns the stored persisted fields.
/// Reads one row if nothing has changed. An object that has stored nothing yet is left
/// without a database.
pub(crate) fn open(instance: &Instance) -> Result<String> {
    let wanted = instance.def.fingerprint();
    instance.is_behind.set(false);
    instance.unborn.is_awake();
    let stored = stored(instance)?.filter(|(found, _)| !delete_if_destroyed(instance, *found));
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
            instance.remember(|remembered| remembered.life = Life::Unborn);
            Ok("{}".to_owned())
        }
    }
}

/// Does the rest of [`Ctx::destroy`], if it was called, and returns whether it was.
pub(crate) fn finish_destroy(instance: &Instance) -> Result<bool> {
    Ok(stored(instance)?.is_some_and(|(found, _)| delete_if_destroyed(instance, found)))
}

fn delete_if_destroyed(instance: &Instance, found: i64) -> bool {
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

/// Creates a database with the newest tables, which needs no migration.
pub(crate) fn create(instance: &Instance, fields: &str) -> Result<()> {
    let all: Vec<&TableDef> = own().chain(instance.def.tables).collect();
    bring(instance, &all, Undeclared::Drop)?;
    finish(instance, instance.def.fingerprint(), Vec::new())?;
    if fields != "{}" {
        store(instance, fields)?;
    }
    match instance.is_destroyed() {
        // What is stored after `destroy` is deleted with the rest.
        true => instance.mark_destroyed(),
        false => Ok(()),
    }
}

/// Brings the database with the fingerprint `found` to what the code declares.
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

/// Whether the database is newer than the code and stays as it is: it has everything that
/// the code declares, and its additions allow what the code writes.
///
/// The only sign of newer code is that the database once had this code's fingerprint.
/// Otherwise the code may as well declare less than before, which looks the same.
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
            "the database is newer than the code, which can't work with it, and nothing was \
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

    /// The earlier fingerprints, followed by the one until now.
    fn with_before(mut self, found: i64) -> Vec<i64> {
        self.before.retain(|before| *before != found);
        self.before.push(found);
        let more = self.before.len().saturating_sub(MOST_BEFORE);
        self.before.split_off(more)
    }
}

/// Checks that each table that was declared once is still declared or no longer stored:
/// otherwise its rows would stay unnoticed.
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

/// Records the new state of the database.
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

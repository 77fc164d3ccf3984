//! Brings the database that a wake finds up to date.
//!
//! A wake reads one row. If its fingerprint is not that of the code, one transaction brings
//! the database up to date: the framework's own tables, the written migrations that have
//! not been applied yet ([`migration`]), then the difference between the stored and the
//! declared tables ([`plan`], [`bring`](mod@bring)). What is not safe is refused
//! ([`report`], [`advice`]), and nothing changes. A database that newer code has changed is
//! left alone, if possible ([`newer`]).
//!
//! An actor that declares nothing that changes a database takes none of that code ([`bare`]).

mod advice;
pub(crate) mod bare;
pub(crate) mod bring;
mod fingerprint;
pub(crate) mod migration;
pub(crate) mod newer;
pub(crate) mod plan;
#[cfg(all(test, feature = "testing"))]
mod properties;
pub(crate) mod record;
mod report;
pub(crate) mod tables;

pub(crate) use self::record::Record;
use crate::error::{ErrorKind, Result};
use crate::instance::Instance;
use crate::instance::remembered::Life;
use crate::instance::tables::{DESTROYED, META, add_columns};

/// Brings the database to what the actor declares, and returns the stored persisted fields.
/// Reads one row if nothing has changed. An object that has stored nothing yet is left
/// without a database.
pub(crate) fn open(instance: &Instance) -> Result<String> {
    let wanted = instance.def.fingerprint();
    instance.is_behind.set(false);
    instance.unborn.is_awake();
    let stored = stored(instance)?.filter(|(found, _)| !delete_if_destroyed(instance, *found));
    match stored {
        Some((found, state)) => {
            if found != wanted {
                (instance.def.follow)(instance, found, wanted)?;
            }
            Ok(state)
        }
        None => {
            instance.unborn.wake();
            instance.remember(|remembered| remembered.life = Life::Unborn);
            Ok("{}".to_owned())
        }
    }
}

/// How the database follows what is declared: less code for an actor that declares less.
struct Schema {
    /// Creates the tables and the recurring alarms of a new object.
    create: fn(&Instance) -> Result<()>,
    /// Whether a database with this record is newer than the code, whose fingerprint follows, and
    /// can stay as it is.
    leaves_alone: fn(&Instance, &Record, i64) -> Result<bool>,
    /// Brings the tables and the recurring alarms of a database with this record to what is declared.
    update: fn(&Instance, &Record) -> Result<()>,
}

/// Brings the database with the fingerprint `found` to what the code declares, unless it is
/// newer than the code, and the code can leave it alone.
fn follow(instance: &Instance, schema: &Schema, found: i64, wanted: i64) -> Result<()> {
    instance.transaction(|| {
        add_columns(instance)?;
        let record = Record::read(instance)?;
        let is_behind = (schema.leaves_alone)(instance, &record, wanted)?;
        instance.is_behind.set(is_behind);
        match is_behind {
            true => Ok(()),
            false => {
                (schema.update)(instance, &record)?;
                finish(instance, wanted, "{}", record.with_before(found))
            }
        }
    })
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
            if error.kind() == ErrorKind::Sql && error.message().starts_with("no such table") =>
        {
            Ok(None)
        }
        row => row,
    }
}

/// Creates the database of an object that begins to exist, with the newest tables, which need no
/// migration, and these persisted fields.
fn create(instance: &Instance, schema: &Schema, fields: &str) -> Result<()> {
    META.create(&|create| instance.own().run(create, ()))?;
    (schema.create)(instance)?;
    let fingerprint = match instance.is_destroyed() {
        // What is stored after `destroy` is deleted with the rest.
        true => DESTROYED,
        false => instance.def.fingerprint(),
    };
    finish(instance, fingerprint, fields, Vec::new())
}

/// Records the new state of the database; the persisted fields of an object that exists stay.
fn finish(instance: &Instance, fingerprint: i64, fields: &str, before: Vec<i64>) -> Result<()> {
    let record = Record::of(instance.def, before).to_json();
    instance
        .own()
        .run(
            "INSERT INTO _actors (id, fingerprint, state, schema) VALUES (0, ?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, \
             schema = excluded.schema",
            (fingerprint, fields, record),
        )
        .map(drop)
}

//! The schema of an actor that declares neither tables nor migrations nor recurring alarms: it
//! takes none of the code that compares tables.

use super::migration::check_applied;
use super::{Record, Schema};
use crate::alarms;
use crate::error::Result;
use crate::instance::Instance;

const SCHEMA: Schema = Schema {
    create: |_| Ok(()),
    leaves_alone,
    update,
};

/// See [`create`](super::create).
pub(crate) fn create(instance: &Instance, fields: &str) -> Result<()> {
    super::create(instance, &SCHEMA, fields)
}

/// See [`follow`](super::follow).
pub(crate) fn follow(instance: &Instance, found: i64, wanted: i64) -> Result<()> {
    super::follow(instance, &SCHEMA, found, wanted)
}

/// Tables of other code have been left alone.
fn update(instance: &Instance, record: &Record) -> Result<()> {
    check_applied(&[], &record.migrations)?;
    alarms::forget_declared(instance)
}

/// Whether the database is newer than the code: it once had this code's fingerprint, or has
/// tables of other code.
fn leaves_alone(instance: &Instance, record: &Record, wanted: i64) -> Result<bool> {
    if !record.migrations.is_empty() {
        return Ok(false);
    }
    let tables = "SELECT lower(name) FROM sqlite_master WHERE type = 'table'";
    let stored: Vec<String> = instance.own().all(tables, ())?;
    let is_known = |name: &String| record.parts.contains(name);
    Ok(record.before.contains(&wanted) || stored.iter().any(is_known))
}

//! How the tables of an actor follow its code.

use super::bring::{bring, read};
use super::migration::{Done, run_pending};
use super::newer::{Standing, standing};
use super::plan::{Stored, Undeclared};
use super::report::undeclared_table;
use super::{Record, Schema};
use crate::alarms;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::sql::TableDef;

const SCHEMA: Schema = Schema {
    create: |instance| {
        bring_declared(instance)?;
        match instance.def.alarms().any(|alarm| alarm.declared.is_some()) {
            true => alarms::reconcile(instance),
            false => Ok(()),
        }
    },
    leaves_alone,
    update: |instance, record| {
        update(instance, record)?;
        alarms::reconcile(instance)
    },
};

/// See [`create`](super::create).
pub(crate) fn create(instance: &Instance, fields: &str) -> Result<()> {
    super::create(instance, &SCHEMA, fields)
}

/// See [`follow`](super::follow).
pub(crate) fn follow(instance: &Instance, found: i64, wanted: i64) -> Result<()> {
    super::follow(instance, &SCHEMA, found, wanted)
}

fn bring_declared(instance: &Instance) -> Result<()> {
    let declared: Vec<&TableDef> = instance.def.tables.iter().collect();
    bring(instance, &declared, Undeclared::Drop)
}

/// Runs the migrations that have not been applied yet, and brings the tables into their declared
/// form.
pub(crate) fn update(instance: &Instance, record: &Record) -> Result<()> {
    run_pending(instance, instance.def.migrations, &record.migrations)?;
    bring_declared(instance)?;
    check_none_forgotten(instance, &record.tables)
}

/// Whether the database is newer than the code and stays as it is: it has everything that
/// the code declares, and its additions allow what the code writes.
///
/// The only sign of newer code is that the database once had this code's fingerprint.
/// Otherwise the code may as well declare less than before, which looks the same.
fn leaves_alone(instance: &Instance, record: &Record, wanted: i64) -> Result<bool> {
    let listed: Vec<Done> = instance.def.migrations.iter().map(Done::from).collect();
    if record.migrations != listed {
        return Ok(false);
    }
    let was_here = record.before.contains(&wanted);
    let has_alarms = || {
        let mut declared = instance.def.declared_alarms();
        declared.all(|alarm| record.alarms.contains(&alarm))
    };
    let declared = Stored::of(instance.def.tables.iter());
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

/// Checks that each table that was declared once is still declared or no longer stored:
/// otherwise its rows would stay unnoticed.
fn check_none_forgotten(instance: &Instance, declared: &[String]) -> Result<()> {
    let stored = read(instance)?;
    let defs = instance.def.tables;
    let is_declared = |name: &str| defs.iter().any(|def| def.name.eq_ignore_ascii_case(name));
    for name in declared {
        if let Some(table) = stored.tables.get(name)
            && !is_declared(name)
        {
            return Err(Error::schema(undeclared_table(name, table, &stored)));
        }
    }
    Ok(())
}

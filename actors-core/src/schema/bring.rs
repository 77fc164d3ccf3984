//! Brings the tables of a database into their declared form.

use super::plan::{Stored, Undeclared, plan, renames};
use super::report::refusal;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::sql::TableDef;

/// Brings the tables into their declared form, and leaves all others alone.
///
/// # Errors
///
/// An unsafe difference. The surrounding transaction undoes what has been done before.
pub(crate) fn bring(
    instance: &Instance,
    declared: &[&TableDef],
    undeclared: Undeclared,
) -> Result<()> {
    let mut stored = read(instance)?;
    if stored.is_empty() {
        return create(instance, declared).map_err(failed);
    }
    let renames = renames(&stored, declared);
    if !renames.is_empty() {
        let mut renames = renames.iter();
        renames.try_for_each(|rename| instance.own().run(rename, ()).map(drop))?;
        stored = read(instance)?;
    }
    let statements = plan(&stored, declared, undeclared)
        .map_err(|refused| Error::schema(refusal(&refused, &stored)))?;
    for statement in statements {
        instance.own().run(&statement, ()).map_err(failed)?;
    }
    Ok(())
}

/// Creates the tables in a database without any, which needs no plan.
fn create(instance: &Instance, declared: &[&TableDef]) -> Result<()> {
    let run = |create: &str| instance.own().run(create, ());
    declared.iter().try_for_each(|def| def.create(&run))
}

fn failed(error: Error) -> Error {
    Error::schema(format!(
        "the tables can't be changed to what the code declares, and nothing was changed: {}",
        error.message()
    ))
}

/// The tables and indices of a database, except those of the runtime and of the framework.
pub(crate) fn read(instance: &Instance) -> Result<Stored> {
    let mut stored = Stored::default();
    instance.own().for_each(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index') \
         AND sql IS NOT NULL AND substr(name, 1, 4) <> '_cf_' \
         AND substr(name, 1, 7) NOT IN ('_actors', 'sqlite_')",
        (),
        |(name, table, create): (String, String, String)| {
            stored.add(&name, &table, &create);
            Ok(())
        },
    )?;
    Ok(stored)
}

//! Written migrations: what a diff of two schemas can't express.

use super::bring::bring;
use super::plan::Undeclared;
use crate::error::{Error, Result};
use crate::fnv::Fnv;
use crate::instance::Instance;
use crate::sql::{Migration, TableDef};
use actors_sqlite::lex;

impl Migration {
    /// Changes when the meaning of the statements changes.
    pub(crate) fn checksum(&self) -> i64 {
        let mut hash = Fnv::default();
        hash.write(&lex::meaning(self.sql));
        hash.finish()
    }

    fn run(&self, instance: &Instance) -> Result<()> {
        let at = |error: Error| {
            Error::schema(error.at(format_args!("migration `{}`", self.id)).message())
        };
        let before: Vec<&TableDef> = self.before.iter().collect();
        bring(instance, &before, Undeclared::Keep).map_err(at)?;
        instance.sql().run(self.sql, ()).map(drop).map_err(at)
    }
}

/// A migration that has been applied to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) id: String,
    pub(crate) checksum: i64,
}

impl From<&Migration> for Done {
    fn from(migration: &Migration) -> Self {
        Self {
            id: migration.id.to_owned(),
            checksum: migration.checksum(),
        }
    }
}

/// Runs the migrations that have not been applied to the database.
///
/// # Errors
///
/// Others than these have been applied, or one of them fails.
pub(crate) fn run_pending(instance: &Instance, listed: &[Migration], done: &[Done]) -> Result<()> {
    check_applied(listed, done)?;
    let mut pending = listed.iter().skip(done.len());
    pending.try_for_each(|migration| migration.run(instance))
}

/// Checks that the migrations that have been applied are the first of those listed.
pub(super) fn check_applied(listed: &[Migration], done: &[Done]) -> Result<()> {
    for (index, done) in done.iter().enumerate() {
        match listed.get(index) {
            Some(migration) if migration.id == done.id => check_unedited(migration, done)?,
            other => return Err(diverged(listed, done, other)),
        }
    }
    Ok(())
}

fn check_unedited(migration: &Migration, done: &Done) -> Result<()> {
    if migration.checksum() == done.checksum {
        return Ok(());
    }
    Err(Error::schema(format!(
        "the migration `{}` has been edited since it was applied to this database, and nothing was \
         changed: restore its statements, and put what is new into another migration after it",
        done.id
    )))
}

fn diverged(listed: &[Migration], done: &Done, instead: Option<&Migration>) -> Error {
    let id = &done.id;
    let is_listed = listed.iter().any(|migration| migration.id == *id);
    Error::schema(match instead.filter(|_| is_listed) {
        Some(other) => format!(
            "the migration `{id}` was applied to the database before `{}`, which is listed before \
             it, \
             and nothing was changed: list new migrations after the existing ones",
            other.id
        ),
        None => format!(
            "the database is newer than the code, and nothing was changed: the migration `{id}` \
             was \
             applied to it, which `#[actor(migrations(..))]` does not list"
        ),
    })
}

//! An actor's schema as a text in the user's repository.

use crate::actor::Actor;
use crate::actor::host::{address, def_of};
use crate::backend::native::Sim;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::schema::bring::read;
use crate::schema::migration::Done;
use crate::schema::newer::{Standing, standing};
use crate::schema::record::{Record, parts};
use crate::schema::tables::{create, update};
use actors_sqlite::ddl::in_lines;

const MIGRATION: &str = "-- migration ";
/// The text before and after the actor's name in the first line.
const HEAD: &str = "-- The tables of `";
const TAIL: &str = "`, as its databases have them.";

/// The actor that such a text names.
pub(crate) fn actor_of(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix(HEAD)?.strip_suffix(TAIL)
}

/// The tables and indices of a new database, and the listed migrations.
pub(crate) fn render<A: Actor>() -> Result<String> {
    with_database::<A, _>(|instance| {
        create(instance, "{}")?;
        let mut text = format!("{HEAD}{}{TAIL}\n", A::NAME);
        for migration in A::MIGRATIONS {
            text.push_str(&format!(
                "{MIGRATION}{} {}\n",
                migration.id,
                migration.checksum()
            ));
        }
        for def in A::TABLES {
            let statements: Vec<String> = instance.own().all(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL \
                 ORDER BY type DESC, name",
                (def.name,),
            )?;
            text.push('\n');
            for statement in statements {
                text.push_str(&in_lines(&statement));
                text.push_str(";\n");
            }
        }
        Ok(text)
    })
}

/// Opens a database that was made from such a text with the current code.
///
/// # Errors
///
/// The reason why such databases can't be opened.
pub(crate) fn adopt<A: Actor>(text: &str) -> Result<()> {
    with_database::<A, _>(|instance| {
        run(instance, text)?;
        let made = "SELECT lower(name) FROM sqlite_master WHERE type = 'table' AND \
                    substr(name, 1, 7) NOT IN ('_actors', 'sqlite_')";
        let record = Record {
            tables: instance.own().all(made, ())?,
            migrations: done(text)?,
            ..Record::default()
        };
        update(instance, &record)
    })
}

/// Why code that declares what such a text records can't go on with a database that the
/// current code has changed; empty if it can.
pub(crate) fn in_the_way_of_rollback<A: Actor>(text: &str) -> Result<Vec<String>> {
    let before = with_database::<A, _>(|instance| {
        run(instance, text)?;
        read(instance)
    })?;
    let done = done(text)?;
    let migrations = A::MIGRATIONS.iter().map(|migration| {
        let is_known = done.contains(&Done::from(migration));
        (!is_known).then(|| {
            let id = migration.id;
            format!("the migration `{id}` is unknown to it, and may have changed what rows mean")
        })
    });
    let migrations: Vec<String> = migrations.flatten().collect();
    if !migrations.is_empty() {
        return Ok(migrations);
    }
    let known = parts(A::TABLES);
    with_database::<A, _>(|instance| {
        create(instance, "{}")?;
        let standing = standing(instance, &before, &read(instance)?, &known)?;
        Ok(match standing {
            Standing::Same | Standing::More => Vec::new(),
            Standing::Lacks(what) => vec![what],
            Standing::Forbids(reasons) => reasons,
        })
    })
}

fn run(instance: &Instance, text: &str) -> Result<()> {
    let ran = instance.own().run(text, ()).map(drop);
    ran.map_err(|error| Error::schema(format!("the file can't be read: {}", error.message())))
}

fn done(text: &str) -> Result<Vec<Done>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(MIGRATION));
    lines
        .map(|line| {
            let parts = line.split_once(' ');
            let parts = parts.and_then(|(id, checksum)| Some((id, checksum.trim().parse().ok()?)));
            let (id, checksum) = parts.ok_or_else(|| {
                Error::schema(format!("the file can't be read: {MIGRATION}{line}"))
            })?;
            Ok(Done {
                id: id.to_owned(),
                checksum,
            })
        })
        .collect()
}

fn with_database<A: Actor, T>(body: impl FnOnce(&Instance) -> Result<T>) -> Result<T> {
    let sim = Sim::new(None);
    let slot = sim.slot(&address::<A>(), "schema")?;
    let (platform, env) = (sim.platform(&slot), Env::new(sim));
    body(&Instance::new(platform, env, def_of::<A>()))
}

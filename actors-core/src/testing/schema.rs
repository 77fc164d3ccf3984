//! Compares the schema with the one in the user's repository, and checks that databases can follow.

use std::path::Path;
use std::{env, fs};

use super::snapshot::{actor_of, adopt, in_the_way_of_rollback, render};
use crate::actor::Actor;

/// The variable that lets [`check_schema`] rewrite its file.
const UPDATE: &str = "UPDATE_SCHEMA";

/// Compares an actor's tables with a file in the repository, which records what deployed
/// databases look like.
///
/// ```no_run
/// # use actors_core::prelude::*;
/// # #[actor] pub struct Shop {}
/// # #[actor] impl Shop {}
/// // #[test]
/// fn the_schema_is_as_recorded() {
///     actors_core::testing::check_schema::<Shop>("schema.sql");
/// }
/// ```
///
/// The first run writes the file: commit it. From then on, a change to the tables fails the
/// test, so that the diff of the file can be reviewed:
///
/// - For a change that databases get automatically when they wake, or by a listed
///   migration, run `UPDATE_SCHEMA=1 cargo test`, which rewrites the file. It reports
///   whether the deployment could be rolled back, as [`check_rollback`] does.
/// - A change that would stop them from waking is refused, with the migration to write. It
///   is never written to the file. If no database was ever deployed, delete the file.
///
/// Each actor has its own file, whose first line names the actor.
///
/// The path is relative to the crate's folder, which is where `cargo test` runs. What
/// depends on rows can't be checked here, such as a `CHECK` that some rows violate.
///
/// # Panics
///
/// In these cases, and if the file can't be read or written.
#[track_caller]
pub fn check_schema<A: Actor>(path: impl AsRef<Path>) {
    let updates = env::var_os(UPDATE).is_some_and(|value| !value.is_empty() && value != "0");
    check::<A>(path.as_ref(), updates);
}

#[track_caller]
pub(super) fn check<A: Actor>(path: &Path, updates: bool) {
    let shown = path.display();
    let now = render::<A>().unwrap_or_else(|error| panic!("{error}"));
    let write = || {
        if let Err(error) = fs::write(path, &now) {
            panic!("{shown} can't be written: {error}");
        }
        eprintln!("{shown} has been written: commit it");
    };
    let recorded = match fs::read_to_string(path) {
        Ok(recorded) => recorded,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return write(),
        Err(error) => panic!("{shown} can't be read: {error}"),
    };
    if recorded == now {
        return;
    }
    check_actor::<A>(&recorded, path);
    if let Err(error) = adopt::<A>(&recorded) {
        panic!(
            "databases as recorded in {shown} would not open with this code.\n\n{error}\n\n\
             If no database was ever deployed with that schema, delete {shown}."
        );
    }
    let rollback = match reasons::<A>(&recorded, path) {
        None => "The previous version can go on with existing databases: a deployment can be \
                 rolled back."
            .to_owned(),
        Some(reasons) => format!(
            "A deployment can't be rolled back: the previous version refuses databases that this \
             one has opened.\n\n{reasons}"
        ),
    };
    if updates {
        eprintln!("{rollback}");
        return write();
    }
    panic!(
        "the schema differs from the one in {shown}; databases get the new one automatically.\n\n{}\n\
         {rollback}\n\nTo record it: {UPDATE}=1 cargo test",
        difference(&recorded, &now)
    );
}

/// Fails if a deployment of this version could not be rolled back to the version whose
/// schema the file records: a copy of what [`check_schema`] wrote when that version was
/// released.
///
/// ```no_run
/// # use actors_core::prelude::*;
/// # #[actor] pub struct Shop {}
/// # #[actor] impl Shop {}
/// // #[test]
/// fn the_release_before_can_go_on() {
///     actors_core::testing::check_rollback::<Shop>("schema-of-the-last-release.sql");
/// }
/// ```
///
/// Older code opens a database that newer code has changed, and leaves it as it is, if it
/// can: see [`sql_table`](macro@crate::sql_table#when-a-deployment-is-rolled-back). The
/// obstacles are reported, one per line. To be able to roll back anyway, deploy in two
/// steps: first code that knows both forms, then the change.
///
/// The contents of rows and persisted fields can't be checked here: a new variant of an
/// enum, for example, is an error for older code that reads it.
///
/// # Panics
///
/// In this case, and if the file can't be read.
#[track_caller]
pub fn check_rollback<A: Actor>(path: impl AsRef<Path>) {
    let path = path.as_ref();
    let shown = path.display();
    let recorded =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{shown} can't be read: {error}"));
    check_actor::<A>(&recorded, path);
    if let Some(reasons) = reasons::<A>(&recorded, path) {
        panic!(
            "code with the schema in {shown} refuses databases that the newer code has opened.\n\n\
             {reasons}"
        );
    }
}

/// Fails if the file belongs to another actor.
#[track_caller]
fn check_actor<A: Actor>(recorded: &str, path: &Path) {
    let (shown, name) = (path.display(), A::NAME);
    if let Some(other) = actor_of(recorded).filter(|other| *other != name) {
        panic!(
            "{shown} records the tables of `{other}`, but this is `{name}`: each actor has its own \
             file. If `{other}` has been renamed to `{name}`, write that into the file's first \
             line."
        );
    }
}

/// What prevents a rollback to what is recorded, one line each.
#[track_caller]
fn reasons<A: Actor>(recorded: &str, path: &Path) -> Option<String> {
    let reasons = in_the_way_of_rollback::<A>(recorded)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines: Vec<String> = reasons.iter().map(|reason| format!("- {reason}")).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The lines that only one of them has.
fn difference(old: &str, new: &str) -> String {
    let only = |here: &str, there: &str, mark: char| -> String {
        let lines = here
            .lines()
            .filter(|line| !there.lines().any(|other| other == *line));
        lines.map(|line| format!("{mark} {line}\n")).collect()
    };
    only(old, new, '-') + &only(new, old, '+')
}

//! The schema in the user's repository, and whether databases that have it still open.

use std::path::Path;
use std::{env, fs};

use crate::actor::Actor;
use crate::schema::snapshot::{adopt, render};

/// The variable that lets [`check_schema`] rewrite its file.
const UPDATE: &str = "UPDATE_SCHEMA";

/// Compares an actor's tables with a file in the repository, which says what databases
/// look like that are out there.
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
/// The first run writes the file: commit it. From then on, a change of the tables fails
/// the test, so that the file's difference is there to review:
///
/// - A change that databases get by themselves when they wake, or by a migration that
///   is listed, asks for `UPDATE_SCHEMA=1 cargo test`, which rewrites the file.
/// - A change that would stop them is refused, with the migration to write. It is never
///   written to the file. If no database was ever deployed, delete the file.
///
/// The path is relative to the crate's folder, which is where `cargo test` runs. What
/// depends on rows can't be seen here: a `CHECK` that some of them fail, say.
///
/// # Panics
///
/// As said, and when the file can't be read or written.
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
        eprintln!("{shown} is written: commit it");
    };
    let recorded = match fs::read_to_string(path) {
        Ok(recorded) => recorded,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return write(),
        Err(error) => panic!("{shown} can't be read: {error}"),
    };
    if recorded == now {
        return;
    }
    if let Err(error) = adopt::<A>(&recorded) {
        panic!(
            "databases as {shown} records them would not open with this code.\n\n{error}\n\n\
             If no database was ever deployed with that schema, delete {shown}."
        );
    }
    if updates {
        return write();
    }
    panic!(
        "the schema is not the one in {shown}; databases get to the new one by themselves.\n\n{}\n\
         To record it: {UPDATE}=1 cargo test",
        difference(&recorded, &now)
    );
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

//! The schema in the user's repository: see `testing::check_schema`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use actors_core::Actor;
use actors_core::testing::{self, raw};
use actors_fixtures::versions::{
    v2::Versions2, v3::Versions3, v4::Versions4, v5::Versions5, v9::Versions9, v10::Versions10,
    v11::Versions11, v12::Versions12,
};

fn file(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.sql"));
    let _ = fs::remove_file(&path);
    path
}

/// Has the file be of this version of the actor: its versions are structs of several names.
fn rename<A: Actor>(path: &Path) {
    if let Ok(text) = fs::read_to_string(path) {
        let (_, rest) = text.split_once('\n').expect("lines");
        let head = format!(
            "-- The tables of `{}`, as its databases have them.",
            A::NAME
        );
        fs::write(path, format!("{head}\n{rest}")).expect("written");
    }
}

fn check_schema<A: Actor>(path: &Path, updates: bool) {
    rename::<A>(path);
    raw::check_schema::<A>(path, updates);
}

fn check_rollback<A: Actor>(path: &Path) {
    rename::<A>(path);
    testing::check_rollback::<A>(path);
}

/// What the check says against the code.
fn refusal<A: Actor>(path: &Path, updates: bool) -> String {
    let outcome = catch_unwind(AssertUnwindSafe(|| check_schema::<A>(path, updates)));
    let panic = outcome.expect_err("a panic");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn the_first_run_writes_the_file_and_the_next_compares() {
    let path = file("first");
    check_schema::<Versions3>(&path, false);
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(
        written,
        r#"-- The tables of `Versions3`, as its databases have them.

CREATE TABLE "people" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "age" INTEGER NOT NULL DEFAULT 7
) STRICT;
CREATE INDEX "people_name" ON "people" ("name");

CREATE TABLE "visits" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "person" INTEGER NOT NULL,
    "at" TEXT NOT NULL
) STRICT;
"#
    );
    check_schema::<Versions3>(&path, false);
    check_schema::<Versions3>(&path, true);
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
}

#[test]
fn a_safe_change_asks_to_be_recorded() {
    let path = file("safe");
    check_schema::<Versions2>(&path, false);
    rename::<Versions3>(&path);
    let before = fs::read_to_string(&path).unwrap();
    let text = refusal::<Versions3>(&path, false);
    assert!(text.contains("UPDATE_SCHEMA=1 cargo test"), "{text}");
    assert!(
        text.contains("+     \"age\" INTEGER NOT NULL DEFAULT 7"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    check_schema::<Versions3>(&path, true);
    check_schema::<Versions3>(&path, false);
}

#[test]
fn a_migration_that_is_listed_makes_a_change_safe() {
    let path = file("migrated");
    check_schema::<Versions4>(&path, false);
    check_schema::<Versions5>(&path, true);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\n-- migration SPLIT_NAME "), "{text}");
    check_schema::<Versions10>(&path, true);
    let edited = fs::read_to_string(&path)
        .unwrap()
        .replace("UNIQUE_MAIL ", "UNIQUE_MAIL 1");
    fs::write(&path, edited).unwrap();
    let text = refusal::<Versions10>(&path, true);
    assert!(text.contains("`UNIQUE_MAIL` has been edited"), "{text}");
}

#[test]
fn it_is_said_whether_a_deployment_can_be_rolled_back() {
    let path = file("rollback");
    let said = |text: String| {
        assert!(text.contains("To record it"), "{text}");
        let (_, said) = text
            .split_once("\n\nThe previous version can go on")
            .unzip();
        said.is_some()
    };
    check_schema::<Versions10>(&path, false);
    check_rollback::<Versions10>(&path);
    check_rollback::<Versions11>(&path);
    assert!(said(refusal::<Versions11>(&path, false)));
    let text = refusal::<Versions12>(&path, false);
    let reason = "- the column `guest` of `visits` references `persons`, and may keep the \
                  older code from deleting rows there";
    assert!(text.contains(reason), "{text}");
    assert!(!said(text));
    let text = no_way_back::<Versions12>(&path);
    assert!(text.contains(reason), "{text}");
    // Another name, a migration.
    fs::remove_file(&path).unwrap();
    check_schema::<Versions3>(&path, false);
    let text = no_way_back::<Versions4>(&path);
    assert!(
        text.contains("- the column `email` of `people` has changed"),
        "{text}"
    );
    let text = no_way_back::<Versions5>(&path);
    assert!(
        text.contains("- the migration `SPLIT_NAME` is unknown to it"),
        "{text}"
    );
}

/// What is said against a rollback.
fn no_way_back<A: Actor>(path: &Path) -> String {
    let outcome = catch_unwind(AssertUnwindSafe(|| check_rollback::<A>(path)));
    let panic = outcome.expect_err("a panic");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn an_unsafe_change_is_refused_with_the_migration_to_write() {
    let path = file("unsafe");
    check_schema::<Versions10>(&path, false);
    rename::<Versions9>(&path);
    let before = fs::read_to_string(&path).unwrap();
    for updates in [false, true] {
        let text = refusal::<Versions9>(&path, updates);
        assert!(text.contains("would not open with this code"), "{text}");
        assert!(
            text.contains("ALTER TABLE \"visits\" DROP COLUMN \"host\";"),
            "{text}"
        );
        assert_compiles(&text);
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }
    let text = refusal::<Versions5>(&path, true);
    assert!(text.contains("newer than the code"), "{text}");
}

#[test]
fn the_migration_for_a_table_that_has_everything_compiles() {
    let path = file("everything");
    check_schema::<Versions10>(&path, false);
    let other = fs::read_to_string(&path).unwrap();
    let column = "\"age\" INTEGER NOT NULL DEFAULT 7";
    let other = other.replace(column, "\"age\" TEXT DEFAULT 'it''s'");
    fs::write(&path, other).unwrap();
    assert_compiles(&refusal::<Versions10>(&path, false));
}

#[test]
fn no_migration_is_advised_that_would_change_the_rows_of_other_tables() {
    let path = file("referenced");
    check_schema::<Versions10>(&path, false);
    let other = fs::read_to_string(&path).unwrap();
    let other = other.replace(
        "PRIMARY KEY,\n    \"first\" TEXT",
        "PRIMARY KEY CHECK (id > 0),\n    \"first\" TEXT",
    );
    fs::write(&path, other).unwrap();
    let text = refusal::<Versions10>(&path, false);
    let (_, advice) = text.split_once("r#\"").expect("advice");
    assert!(
        advice.contains("rows that reference it, in visits"),
        "{text}"
    );
    assert!(!advice.contains("\n        DROP TABLE"), "{text}");
}

/// The advice is in a file that the tests of the compiler compile.
fn assert_compiles(refusal: &str) {
    let (_, advice) = refusal
        .split_once("each statement first:\n\n")
        .expect("advice");
    let (advice, _) = advice.split_once("\n\nThen list it").expect("an end");
    assert!(
        include_str!("../ui/migration/pass/advised.rs").contains(advice),
        "{advice}"
    );
}

#[test]
fn a_table_that_is_no_longer_named_is_refused() {
    let path = file("forgotten");
    check_schema::<Versions3>(&path, false);
    let more = fs::read_to_string(&path).unwrap() + "CREATE TABLE old_ones (a TEXT) STRICT;\n";
    fs::write(&path, more).unwrap();
    let text = refusal::<Versions3>(&path, true);
    assert!(
        text.contains("the table `old_ones` is stored but not among the actor's"),
        "{text}"
    );
    assert!(
        text.contains("DROP_OLD_ONES: Before => \"DROP TABLE \\\"old_ones\\\"\""),
        "{text}"
    );
}

#[test]
fn a_file_of_another_actor_is_told_so() {
    let path = file("another");
    check_schema::<Versions2>(&path, false);
    let written = fs::read_to_string(&path).unwrap();
    let expected = "records the tables of `Versions2`, but this is `Versions3`";
    for updates in [false, true] {
        let outcome = catch_unwind(|| raw::check_schema::<Versions3>(&path, updates));
        let panic = outcome.expect_err("a panic");
        let said = panic.downcast_ref::<String>().expect("a text");
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
}

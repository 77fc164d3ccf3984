//! Compile errors as users see them: one file a mistake, one error each. The texts
//! are those of rustc 1.95; after an update, run with `TRYBUILD=overwrite` and read
//! what changed.

use std::fs;
use std::path::{Path, PathBuf};

// Apart from those that pass: trybuild then checks all of them in one run of cargo.
#[test]
fn ui_fail() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("*/fail/*.rs");
    cases.compile_fail("*/fail/*/*.rs");
}

#[test]
fn ui_pass() {
    let cases = trybuild::TestCases::new();
    cases.pass("*/pass/*.rs");
}

#[test]
fn one_mistake_is_one_error() {
    let wrong: Vec<_> = texts()
        .into_iter()
        .map(|path| (errors(&path), path))
        .filter(|(errors, _)| *errors != 1)
        .collect();
    assert!(wrong.is_empty(), "not one error each: {wrong:#?}");
}

/// The `.stderr` files of all macros, in `fail` and the folders in it.
fn texts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fail: Vec<_> = files(root).iter().map(|of| of.join("fail")).collect();
    let mut all: Vec<_> = fail.iter().flat_map(|folder| files(folder)).collect();
    let inner: Vec<_> = all.iter().flat_map(|folder| files(folder)).collect();
    all.extend(inner);
    all.retain(|path| path.extension().is_some_and(|of| of == "stderr"));
    assert!(all.len() > 500, "the cases are somewhere else");
    all
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn errors(path: &Path) -> usize {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("error:") || line.starts_with("error["))
        .count()
}

//! Compile errors as users see them: one file a mistake, one error each. The texts
//! are those of rustc 1.95; after an update, run with `TRYBUILD=overwrite` and read
//! what changed.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("*/pass/*.rs");
    cases.compile_fail("*/fail/*.rs");
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

/// The `.stderr` files of all macros.
fn texts() -> Vec<PathBuf> {
    let files = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect()
    };
    let texts: Vec<_> = files(Path::new(env!("CARGO_MANIFEST_DIR")))
        .iter()
        .flat_map(|folder| files(&folder.join("fail")))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "stderr")
        })
        .collect();
    assert!(texts.len() > 100, "the cases are somewhere else");
    texts
}

fn errors(path: &Path) -> usize {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("error:") || line.starts_with("error["))
        .count()
}

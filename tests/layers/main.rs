//! The layers of core and of the macros: no file imports from a layer above its own, and no
//! files import each other in a circle.
//!
//! An import is a path to something of the same crate, in a `use` or in code, and leads to the
//! file that defines what is named, through all re-exports. See `arrows.rs` for what else counts.
//!
//! A test that fails lists all that is wrong, each arrow with its lines. The sources are read
//! when it runs, so a test that is built already can be run on a crate that does not compile.

mod arrows;
mod cases;
mod check;
mod source;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use actors_harness::root;

use crate::check::{Layer, check};
use crate::source::{Crate, Sources};

/// The layers of `actors-core/src`, the lowest first. A file may import its own layer and those
/// before it. An entry is a file, or a folder with `/` at the end; the longest that fits counts.
const CORE: &[Layer] = &[
    &[
        "error.rs",
        "fnv.rs",
        "json.rs",
        "log.rs",
        "time.rs",
        "tuples.rs",
        "utf16.rs",
        "wire/",
    ],
    &["sql/", "stand_in.rs"],
    &["turn/"],
    &["request/"],
    &["tasks/id.rs"],
    &["sockets/"],
    &["rpc/"],
    &["bindings/"],
    &[
        "platform.rs",
        "env.rs",
        "from_binding.rs",
        "sockets/several.rs",
    ],
    // What an object remembers of alarms is plain data.
    &[
        "alarms/recurrence.rs",
        "alarms/retry.rs",
        "alarms/run.rs",
        "alarms/cron.rs",
        "alarms/zone.rs",
    ],
    &["instance/"],
    &["alarms/"],
    &["streams/"],
    &["schema/"],
    &["object/"],
    &["tasks/"],
    // All that names an actor's type.
    &["actor/"],
    &["entry/"],
    &["backend/"],
    &["private/", "testing/"],
    &["lib.rs"],
];

/// The layers of `actors-macros/src`.
const MACROS: &[Layer] = &[
    &["common/"],
    &["reflection/"],
    &["sqlite/"],
    &["table/"],
    &["sql/"],
    &["actor/"],
    &["bindings/", "entry/", "migration/", "remote/"],
    &["lib.rs"],
];

#[test]
fn core_keeps_to_its_layers() {
    keeps_to_its_layers("actors-core", CORE);
}

#[test]
fn macros_keep_to_their_layers() {
    keeps_to_its_layers("actors-macros", MACROS);
}

#[track_caller]
fn keeps_to_its_layers(package: &str, layers: &[Layer]) {
    let mut sources = BTreeMap::new();
    let src = root().join(package).join("src");
    read_folder(&src, &src, &mut sources);
    let report = check(&Crate::read(&sources), layers);
    assert!(report.is_clean(), "{package}/src: {report}");
}

/// Reads all Rust of a folder, by paths relative to `src`.
fn read_folder(src: &Path, folder: &Path, sources: &mut Sources) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_folder(src, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(src).expect("it is in `src`");
            let name = name.to_str().expect("UTF-8").replace('\\', "/");
            sources.insert(name, fs::read_to_string(&path).expect("readable"));
        }
    }
}

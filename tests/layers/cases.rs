//! The check itself, on crates made up for it.

use crate::check::{Layer, Report, check};
use crate::source::{Crate, Sources};

/// The layers of most cases: `low.rs` and what is in `low/`, then `high.rs`, then the root.
const LAYERS: &[Layer] = &[&["low.rs", "low/"], &["high.rs", "high/"], &["lib.rs"]];

const BOTH: &str = "mod low; mod high;";

fn report(files: &[(&str, &str)]) -> Report {
    let sources = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    check(&Crate::read(&sources.collect::<Sources>()), LAYERS)
}

/// The arrows that run upwards, on one line each.
#[track_caller]
fn upward(files: &[(&str, &str)]) -> Vec<String> {
    let report = report(files);
    assert_eq!(report.circles, [""; 0], "no circle");
    let lines = report.upward.iter();
    lines.map(|line| line.replace("\n   ", "")).collect()
}

#[track_caller]
fn assert_upward(files: &[(&str, &str)], places: &str) {
    let expected = format!("low.rs → high.rs (low.rs is below high.rs) {places}");
    assert_eq!(upward(files), [expected]);
}

#[test]
fn what_keeps_to_the_layers_is_clean() {
    let report = report(&[
        ("lib.rs", "mod low; mod high; pub use high::Top;"),
        ("low/mod.rs", "mod one; mod two; pub(crate) use one::One;"),
        (
            "low/one.rs",
            "use super::two::Two; pub(crate) struct One(Two);",
        ),
        ("low/two.rs", "pub(crate) struct Two;"),
        (
            "high.rs",
            "use crate::low::One; pub struct Top(One, std::io::Error);",
        ),
    ]);
    assert_eq!(report.circles, [""; 0]);
    assert_eq!(report.upward, [""; 0]);
    assert_eq!(report.homeless, [""; 0]);
    assert_eq!(report.idle, ["low.rs", "high/"]);
}

#[test]
fn an_import_from_above_is_found() {
    let high = ("high.rs", "pub struct Top; pub struct Other;");
    let low = "use std::fmt;\nuse crate::high::{\n    Other, Top as Name,\n};";
    assert_upward(
        &[("lib.rs", BOTH), high, ("low.rs", low)],
        "low.rs:3: `crate::high::Other` low.rs:3: `crate::high::Top`",
    );
}

#[test]
fn a_path_in_code_is_found() {
    let high = (
        "high.rs",
        "pub struct Top; pub fn top() {} pub mod deep { pub fn f() {} }",
    );
    let found = [
        ("fn f() { crate::high::top(); }", "crate::high::top"),
        ("fn f(_: Vec<super::high::Top>) {}", "super::high::Top"),
        ("impl From<crate::high::Top> for u8 {}", "crate::high::Top"),
        (
            "fn f() { format!(\"{}\", [crate::high::top()]); }",
            "crate::high::top",
        ),
        (
            "macro_rules! m { () => { $crate::high::top() } }",
            "crate::high::top",
        ),
        (
            "#[serde(with = \"crate::high::deep\")] struct S;",
            "crate::high::deep",
        ),
        (
            "fn f() { if true { use crate::high::Top; } }",
            "crate::high::Top",
        ),
        (
            "fn f() { use crate::high; high::top(); }",
            "crate::high::top",
        ),
        ("use crate::high; fn f() { high::top(); }", "high::top"),
        (
            "use crate::{high as h}; fn f() { h::deep::f(); }",
            "h::deep::f",
        ),
        ("use crate::high::*;", "crate::high"),
        (
            "mod inner { use super::super::high::Top; }",
            "super::super::high::Top",
        ),
    ];
    for (low, path) in found {
        let files = [("lib.rs", BOTH), high, ("low.rs", low)];
        assert_upward(&files, &format!("low.rs:1: `{path}`"));
    }
}

#[test]
fn what_is_of_another_crate_is_no_import() {
    let high = ("high.rs", "pub struct Top;");
    let low = "use ::high::Top; use high::Other; fn f() { high::f(); ::high::f(); quote!(crate::high::Top); m!(::high::Top); }";
    assert_eq!(upward(&[("lib.rs", BOTH), high, ("low.rs", low)]), [""; 0]);
}

#[test]
fn what_is_for_tests_is_left_out() {
    let high = ("high.rs", "pub struct Top;");
    let low = "#[cfg(test)] use crate::high::Top;
        #[cfg(all(test, unix))] mod tests { use crate::high::Top; }
        #[cfg(test)] mod more;
        impl S { #[cfg(test)] fn f() -> crate::high::Top {} }";
    let more = ("low/more.rs", "use crate::high::Top;");
    assert_eq!(
        upward(&[("lib.rs", BOTH), high, ("low.rs", low), more]),
        [""; 0]
    );
    let low = ("low.rs", "#[cfg(not(test))] use crate::high::Top;");
    assert_upward(
        &[("lib.rs", BOTH), high, low],
        "low.rs:1: `crate::high::Top`",
    );
}

#[test]
fn a_re_export_is_seen_through() {
    let files = [
        (
            "lib.rs",
            "mod low; mod high; pub use high::Top; pub mod prelude { pub use crate::Top; }",
        ),
        ("high/mod.rs", "mod top; pub use top::Top;"),
        ("high/top.rs", "pub struct Top;"),
        ("low.rs", "use crate::prelude::Top;"),
    ];
    let expected = "low.rs → high/top.rs (low.rs is below high/) low.rs:1: `crate::prelude::Top`";
    assert_eq!(upward(&files), [expected]);
}

#[test]
fn a_re_export_from_elsewhere_is_an_import() {
    let high = ("high.rs", "pub struct Top;");
    let low = ("low.rs", "pub(crate) use crate::high::Top;");
    assert_upward(
        &[("lib.rs", BOTH), high, low],
        "low.rs:1: `crate::high::Top`",
    );
}

#[test]
fn a_public_re_export_is_none_unless_the_file_uses_the_name() {
    let high = ("high.rs", "pub struct Top;");
    let face = ("low.rs", "pub use crate::high::Top;");
    assert_eq!(upward(&[("lib.rs", BOTH), high, face]), [""; 0]);
    let user = ("low.rs", "pub use crate::high::Top; struct Low(Top);");
    assert_upward(
        &[("lib.rs", BOTH), high, user],
        "low.rs:1: `crate::high::Top`",
    );
}

#[test]
fn what_a_macro_makes_is_in_the_module_that_is_named() {
    let high = ("high.rs", "kinds! { Top }");
    let low = ("low.rs", "use crate::high::Top;");
    assert_upward(
        &[("lib.rs", BOTH), high, low],
        "low.rs:1: `crate::high::Top`",
    );
}

#[test]
fn a_module_and_a_function_may_have_one_name() {
    let files = [
        ("lib.rs", "mod low; pub fn low() {}"),
        ("low/mod.rs", "mod a; mod b;"),
        ("low/a.rs", "use crate::low::b::B;"),
        ("low/b.rs", "pub struct B;"),
    ];
    assert_eq!(upward(&files), [""; 0]);
}

#[test]
fn modules_with_a_path_are_followed() {
    let files = [
        (
            "lib.rs",
            "mod low; #[cfg(unix)] #[path = \"high/unix.rs\"] mod high; #[cfg_attr(windows, path = \"low/win.rs\")] mod other;",
        ),
        (
            "high/unix.rs",
            "mod beside; pub use beside::Beside; pub struct Top;",
        ),
        ("high/beside.rs", "pub struct Beside;"),
        ("low.rs", "use crate::high::{Beside, Top};"),
        ("low/win.rs", "use crate::high::Top;"),
        ("other.rs", ""),
    ];
    let report = report(&files);
    assert_eq!(
        report.upward,
        [
            "low.rs → high/beside.rs (low.rs is below high/)\n    low.rs:1: `crate::high::Beside`",
            "low.rs → high/unix.rs (low.rs is below high/)\n    low.rs:1: `crate::high::Top`",
            "low/win.rs → high/unix.rs (low/ is below high/)\n    low/win.rs:1: `crate::high::Top`",
        ]
    );
    assert_eq!(report.homeless, ["other.rs"]);
}

#[test]
fn of_modules_that_exclude_each_other_a_file_sees_its_own() {
    let files = [
        (
            "lib.rs",
            "mod low; #[path = \"high/a/mod.rs\"] mod high; #[path = \"high/b/mod.rs\"] mod high;",
        ),
        ("high/a/mod.rs", "mod part; pub struct Top;"),
        ("high/a/part.rs", "use crate::high::Top;"),
        ("high/b/mod.rs", "pub struct Top;"),
        ("low.rs", "use crate::high::Top;"),
    ];
    let report = report(&files);
    assert_eq!((report.upward.len(), report.circles.len()), (2, 0));
    assert!(!report.to_string().contains("part.rs"), "{report}");
}

#[test]
fn a_circle_is_found() {
    let files = [
        ("lib.rs", "mod low;"),
        ("low/mod.rs", "mod a; mod b; mod c;"),
        ("low/a.rs", "\nuse super::b::B; pub struct A;"),
        ("low/b.rs", "pub struct B; fn f() { crate::low::c::c() }"),
        ("low/c.rs", "use crate::low::a::A; pub fn c() {}"),
    ];
    assert_eq!(
        report(&files).circles,
        ["low/a.rs → low/b.rs → low/c.rs → low/a.rs
    low/a.rs:2: `super::b::B`
    low/b.rs:1: `crate::low::c::c`
    low/c.rs:1: `crate::low::a::A`"]
    );
}

#[test]
fn all_circles_of_a_knot_are_named() {
    let files = [
        ("lib.rs", "mod low;"),
        ("low/mod.rs", "mod a; mod b; mod c; pub struct Low(a::A);"),
        ("low/a.rs", "use super::{Low, b::B, c::C}; pub struct A;"),
        ("low/b.rs", "use super::Low; pub struct B;"),
        ("low/c.rs", "use super::Low; pub struct C;"),
    ];
    assert_eq!(
        report(&files).circles,
        ["4 files: low/a.rs, low/b.rs, low/c.rs, low/mod.rs
  low/a.rs → low/mod.rs → low/a.rs
      low/a.rs:1: `super::Low`
      low/mod.rs:1: `a::A`
  low/a.rs → low/b.rs → low/mod.rs → low/a.rs
      low/a.rs:1: `super::b::B`
      low/b.rs:1: `super::Low`
      low/mod.rs:1: `a::A`
  low/a.rs → low/c.rs → low/mod.rs → low/a.rs
      low/a.rs:1: `super::c::C`
      low/c.rs:1: `super::Low`
      low/mod.rs:1: `a::A`"]
    );
}

#[test]
fn a_re_export_counts_where_it_is_used() {
    let low = |text| {
        report(&[
            ("lib.rs", "mod low;"),
            ("low/mod.rs", text),
            ("low/a.rs", "use super::Low; pub struct A;"),
        ])
    };
    let shown = "mod a; pub use a::A; pub struct Low;";
    assert_eq!(low(shown).circles, [""; 0]);
    let used = "mod a; pub use a::A; pub struct Low(A);";
    assert_eq!(low(used).circles.len(), 1);
}

#[test]
fn a_file_needs_a_layer_and_an_entry_a_file() {
    let report = report(&[("lib.rs", "mod other;"), ("other.rs", "")]);
    assert_eq!(report.homeless, ["other.rs"]);
    assert_eq!(report.idle, ["low.rs", "low/", "high.rs", "high/"]);
    assert!(!report.is_clean());
}

#[test]
#[should_panic(expected = "lib.rs:2: no file for `mod gone;`")]
fn a_module_without_a_file_is_an_error() {
    report(&[("lib.rs", "\nmod gone;")]);
}

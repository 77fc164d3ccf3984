//! R2 and D1.

use actors_core::http::Request;
use actors_core::testing::World;
use actors_outside::Outside;

use crate::{says, server, world};

#[test]
fn objects() {
    says(
        "bucket-objects",
        &[
            r#""a.txt" 11 5eb63bbbe01eeed093cb22bb8f5acdc3 {"by": "Ann", "ключ": "ä🦀"}"#,
            "true true",
            "0..11 hello world",
            "None",
            "nothing",
            "true",
            "None",
        ],
    );
}

#[test]
fn ranges() {
    says(
        "bucket-ranges",
        &[
            r#""0..11 hello world""#,
            r#""3..5 lo""#,
            r#""3..6 lo ""#,
            r#""8..11 rld""#,
            r#""0..3 hel""#,
            r#""5..11  world""#,
            r#""8..11 rld""#,
            r#""0..11 hello world""#,
            r#""10..11 d""#,
            "InvalidArgument: the range has no byte of the object",
            "InvalidArgument: the range has no byte of the object",
            "InvalidArgument: the range has no byte of the object",
            "InvalidArgument: the range has no byte of the object",
            "InvalidArgument: the range has no byte of the object",
            r#""0..0 ""#,
            "InvalidArgument: the range has no byte of the object",
            "InvalidArgument: the range has no byte of the object",
        ],
    );
}

#[test]
fn conditions() {
    says(
        "bucket-conditions",
        &[
            "Conflict: `once` does not have the etag `abc`",
            "Conflict: there is an object `once`",
            "Conflict: `once` does not have the etag `abc`",
            "0..1 a",
            r#""92eb5ffee6ae2fec3ad71c777531578f""#,
            "Conflict: `once` does not have the etag `0cc175b9c0f1b6a831c399e269772661`",
            "0..1 b",
        ],
    );
}

#[test]
fn streams() {
    says(
        "bucket-streams",
        &[
            "InvalidArgument: R2 stores no stream of unknown length: announce it with `length`, or read it into memory with `Body::bytes`",
            r#""900150983cd24fb0d6963f7d28e17f72""#,
            "0..3 abc",
            "InvalidArgument: the body does not have 4 bytes, as announced",
            "InvalidArgument: the body does not have 2 bytes, as announced",
            "InvalidArgument: the body does not have 2 bytes, as announced",
            r#""d41d8cd98f00b204e9800998ecf8427e""#,
            "0..3 abc",
            "true",
            "3145727",
        ],
    );
}

#[test]
fn lists() {
    says(
        "bucket-lists",
        &[
            "l/a l/b l/q/x l/q/y l/r/z l/ü l/🦀 []",
            r#"l/a l/b l/ü l/🦀 ["l/q/", "l/r/"]"#,
            r#"l/a l/b [] | ["l/q/", "l/r/"] | l/ü l/🦀 []"#,
            r#"l/a l/b ["l/q/"] | l/ü l/🦀 ["l/r/"]"#,
            r#"l/a [] | l/b [] | ["l/q/"] | ["l/r/"] | l/ü [] | l/🦀 []"#,
            r#"l/a l/b [] | l/r/z ["l/q/"] | l/ü l/🦀 []"#,
            "[]",
            "true",
            r#"l/b l/ü l/🦀 ["l/q/", "l/r/"]"#,
        ],
    );
}

#[test]
fn what_r2_refuses() {
    says(
        "bucket-limits",
        &[
            "true",
            "true",
            "true",
            "true",
            "true",
            "true",
            "InvalidArgument: the key has 1026 bytes, and may have 1,024",
            "true",
            "InvalidArgument: the metadata has 8193 bytes, and may have 8,192",
            "true",
            "InvalidArgument: the metadata has 8193 bytes, and may have 8,192",
            "true",
            "true",
            "true",
            "InvalidArgument: the key has 1025 bytes, and may have 1,024",
            "InvalidArgument: R2 lists 1 to 1,000 keys at once, not 0",
            "InvalidArgument: R2 lists 1 to 1,000 keys at once, not 1001",
            "InvalidArgument: R2 deletes up to 1,000 keys at once, not 1001",
            "InvalidArgument: the key has 1025 bytes, and may have 1,024",
            "Internal: the Worker has no bucket `OTHER`: add it to [[r2_buckets]] in wrangler.toml",
            "Internal: the Worker has no bucket `DB`: add it to [[r2_buckets]] in wrangler.toml",
        ],
    );
}

#[test]
fn statements() {
    says(
        "database-statements",
        &[
            "1",
            "1",
            "Sql: UNIQUE constraint failed: words.word: INSERT INTO words (word, count) VALUES (?1, ?2)",
            r#"[Word { word: "soup", count: 2 }, Word { word: "ключ🦀", count: 3 }]"#,
            r#"Some(Word { word: "soup", count: 2 })"#,
            "None",
            "[]",
            "Sql: the statement returns 2 columns, expected 1: SELECT word, count FROM words WHERE count >= ? ORDER BY count",
            "Sql: column `word`: expected an integer, found text: SELECT word, count FROM words WHERE count >= ? ORDER BY count",
            "Sql: column 1 is `count`, expected `word`: name the columns in the order of the struct's fields: SELECT count, word FROM",
            "2",
            "Some((1, 2, 4, 3))",
            "[3]",
        ],
    );
}

#[test]
fn hostile_statements_do_no_harm() {
    says(
        "hostile-statements",
        &[
            "0",
            "0",
            "Sql: unrecognized token: \"'open\": SELECT 'open",
            "Sql: cannot VACUUM from within a transaction: VACUUM",
            "Sql: not authorized: DETACH main",
            "Sql: table sqlite_master may not be dropped: DROP TABLE sqlite_master",
            "Sql: no such table: _cf_KV: SELECT * FROM _cf_KV",
            "Sql: not authorized: CREATE TABLE _cf_x (a)",
            "Sql: not authorized: SELECT load_extension('x')",
            "Sql: not authorized: PRAGMA writable_schema = ON",
            "SELECT ?1, ?1: [1]",
            "SELECT :a: [1]",
            "SELECT ?2, ?1: [2]",
            "SELECT '?', ?: [1]",
            "true",
            "true",
            "true",
            "Some(0)",
        ],
    );
}

#[test]
fn values() {
    says(
        "database-values",
        &[
            "true",
            "true",
            "true",
            "true",
            "true",
            "1",
            "Sql: 9007199254740992 is beyond ±(2^53 - 1), the integers that a Durable Object stores exactly; store it as text or byte",
            "Sql: 18446744073709551615 is beyond ±(2^53 - 1), the integers that a Durable Object stores exactly; store it as text or ",
            "Sql: NaN can't be stored: SQLite would make it NULL: SELECT ?",
            "Sql: an infinite number can't be bound: D1 would make it NULL: SELECT ?",
            "Some(0.0)",
            "Some(true)",
            r#"Some(("integer", "real", 2.0, 2.5))"#,
            "Sql: column `9007199254740993`: 9007199254740992 is not an integer within ±(2^53 - 1): SELECT 9007199254740993",
            "Some(None)",
            "Some(Some(0))",
            "Sql: column `'x'`: expected an integer, found text: SELECT 'x'",
            "Sql: column `x'00'`: expected an integer, found bytes: SELECT x'00'",
            "Sql: column `1.5`: 1.5 is not an integer within ±(2^53 - 1): SELECT 1.5",
            "Some(Some(0.0))",
        ],
    );
}

#[test]
fn batches() {
    says(
        "database-batches",
        &[
            r#"[(1, "ann"), (2, "bob")]"#,
            "[]",
            "1 2",
            "Sql: UNIQUE constraint failed: batched.name",
            r#"Sql: near "NOPE": syntax error"#,
            "Sql: no such table: nope",
            "Sql: 18446744073709551615 is beyond ±(2^53 - 1), the integers that a Durable Object stores exactly; store it as text or ",
            "Sql: D1 has no transactions of your own: `Database::batch` runs statements in one: COMMIT",
            "Sql: Wrong number of parameter bindings for SQL query",
            "Some(2)",
            "0",
            "[(1, 2)]",
            "Sql: the statement returns 1 columns with different names, expected 2: in a batch, name each with AS: SELECT 1 AS a, 2 A",
            "Sql: a column without a name, or with a number as its name, loses its place in a batch: name each with AS: SELECT 2, 1",
            "Sql: the statement returns 1 columns with different names, expected 2: in a batch, name each with AS: SELECT 1 AS a",
            "[(3, 2)]",
            "[1]",
        ],
    );
}

#[test]
fn what_d1_refuses() {
    says(
        "database-errors",
        &[
            "Sql: there is no statement",
            "Sql: there is no statement:  ; ",
            r#"Sql: near "SELEC": syntax error: SELEC 1"#,
            "Sql: no such column: nope: SELECT nope FROM strict",
            "Sql: no such table: nope: SELECT * FROM nope",
            "Sql: Wrong number of parameter bindings for SQL query: SELECT ?",
            "Sql: D1 has no transactions of your own: `Database::batch` runs statements in one: BEGIN",
            "Sql: D1 has no transactions of your own: `Database::batch` runs statements in one: savepoint a",
            "Sql: not authorized: PRAGMA user_version",
            "Sql: not authorized: ATTACH ':memory:' AS x",
            "Sql: not authorized: CREATE TEMP TABLE x (a)",
            "Sql: NOT NULL constraint failed: strict.a: INSERT INTO strict VALUES (NULL, 'a')",
            "Sql: CHECK constraint failed: a > 0: INSERT INTO strict VALUES (-1, 'a')",
            "Sql: cannot store TEXT value in INTEGER column strict.a: INSERT INTO strict VALUES ('x', 'a')",
            "Sql: cannot store REAL value in INTEGER column strict.a: INSERT INTO strict VALUES (1.5, 'a')",
            "Sql: LIKE or GLOB pattern too complex: SELECT 'a' LIKE 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
            "1",
            "Sql: UNIQUE constraint failed: strict.b: INSERT INTO strict VALUES (?, ?)",
            "Sql: Wrong number of parameter bindings for SQL query: INSERT INTO strict VALUES (?, ?)",
            "Some(true)",
            "Sql: too many SQL variables: SELECT 1 IN (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,",
            "Sql: too many columns in result set: SELECT 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,",
            "Sql: statement too long: SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "Some(99900)",
            "Internal: the Worker has no database `OTHER`: add it to [[d1_databases]] in wrangler.toml",
            "Internal: the Worker has no database `FILES`: add it to [[d1_databases]] in wrangler.toml",
        ],
    );
}

#[test]
fn the_body_of_a_request_is_stored_as_it_arrives() {
    let expected = r#"["(11, \"5eb63bbbe01eeed093cb22bb8f5acdc3\")"]"#;
    let world = world();
    let request = Request::post("/a?bucket-upload").body("hello world");
    let response = world.request::<Outside>("a", request.expect("a request"));
    let body = world.run(response.expect("a response").into_body().bytes());
    assert_eq!(body.expect("a body"), expected);
    let url = format!("{}/a?bucket-upload", server().url());
    let mut response = ureq::post(url).send("hello world").expect("a response");
    assert_eq!(
        response.body_mut().read_to_string().expect("a body"),
        expected
    );
}

#[test]
fn a_test_fills_what_is_bound_and_looks_at_it() {
    let world = World::new().bucket("FILES").database(
        "DB",
        "CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('soup')",
    );
    let (files, db) = (
        world.env().bucket("FILES").unwrap(),
        world.env().database("DB").unwrap(),
    );
    let before = world.now();
    let stored = world.run(async { files.put("a", "text").await }).unwrap();
    assert_eq!(stored.uploaded, before);
    let select = db.prepare("SELECT word FROM words");
    assert_eq!(world.run(select.clone().all::<String>()).unwrap(), ["soup"]);
    world.crash_all();
    assert_eq!(world.run(files.head("a")).unwrap(), Some(stored));
    assert_eq!(world.run(select.all::<String>()).unwrap(), ["soup"]);
    // Another world has a bucket of its own.
    let other = World::new().bucket("FILES");
    let files = other.env().bucket("FILES").unwrap();
    assert_eq!(other.run(files.head("a")).unwrap(), None);
}

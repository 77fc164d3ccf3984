//! D1 databases.

use std::fmt::Debug;

use actors_core::bindings::Database;
use actors_core::prelude::*;
use actors_core::sql::Value;

#[derive(FromRow, Debug)]
#[expect(dead_code, reason = "it is read by `Debug`")]
struct Word {
    word: String,
    count: u32,
}

fn said<T: Debug>(outcome: Result<T>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => {
            let line = format!("{}: {error}", error.kind());
            line.chars().take(120).collect()
        }
    }
}

/// The database with an empty table, which each scenario has for itself.
async fn with(env: &Env, table: &str, columns: &str) -> Result<Database> {
    let db = env.database("DB")?;
    db.batch([
        db.prepare(&format!("DROP TABLE IF EXISTS {table}")),
        db.prepare(&format!("CREATE TABLE {table} ({columns}) STRICT")),
    ])
    .await?;
    Ok(db)
}

pub(crate) async fn statements(env: &Env) -> Result<Vec<String>> {
    let db = with(
        env,
        "words",
        "word TEXT PRIMARY KEY, count INTEGER NOT NULL",
    )
    .await?;
    let insert = db.prepare("INSERT INTO words (word, count) VALUES (?1, ?2)");
    let mut lines = Vec::new();
    for (word, count) in [("soup", 2), ("ключ🦀", 3), ("soup", 4)] {
        let done = insert.clone().bind((word, count)).run().await;
        lines.push(said(done.map(|done| done.changes)));
    }
    let select = db.prepare("SELECT word, count FROM words WHERE count >= ? ORDER BY count");
    lines.push(said(select.clone().bind((0,)).all::<Word>().await));
    lines.push(said(select.clone().bind((0,)).first::<Word>().await));
    lines.push(said(select.clone().bind((9,)).first::<Word>().await));
    lines.push(said(select.clone().bind((9,)).all::<(String, u32)>().await));
    lines.push(said(select.clone().bind((0,)).all::<String>().await));
    lines.push(said(select.bind((0,)).all::<(u32, u32)>().await));
    let swapped = db.prepare("SELECT count, word FROM words");
    lines.push(said(swapped.all::<Word>().await));
    let update = db
        .prepare("UPDATE words SET count = count + ?")
        .bind((1,))
        .run();
    lines.push(said(update.await.map(|done| done.changes)));
    let same = db
        .prepare("SELECT 1 AS a, 2 AS a, 4 AS \"3\", 3 AS b")
        .first::<(u8, u8, u8, u8)>();
    lines.push(said(same.await));
    let returning = db.prepare("DELETE FROM words WHERE word = ? RETURNING count");
    lines.push(said(returning.bind(("soup",)).all::<u32>().await));
    Ok(lines)
}

pub(crate) async fn values(env: &Env) -> Result<Vec<String>> {
    let db = with(env, "kept", "i INTEGER, r REAL, t TEXT, b BLOB").await?;
    let insert = db.prepare("INSERT INTO kept VALUES (?, ?, ?, ?)");
    let mut lines = Vec::new();
    let largest = (1_i64 << 53) - 1;
    let texts = [
        "",
        "ä🦀",
        "a\0b",
        "'; DROP TABLE kept; --",
        "\u{feff}\u{ffff}",
    ];
    let all = Vec::from_iter(0..=255_u8);
    let blobs: [&[u8]; 5] = [b"", b"\0", &all, b"\xff\xfe", b"[1]"];
    let reals = [0.1, f64::MAX, 5e-324, f64::MIN_POSITIVE, 117.63331139400017];
    let integers = [0, largest, -largest, 1, -1];
    for index in 0..5 {
        let row = (integers[index], reals[index], texts[index], blobs[index]);
        insert.clone().bind(row).run().await?;
        let read = db.prepare("SELECT i, r, t, b FROM kept ORDER BY rowid DESC LIMIT 1");
        let read = read.first::<(i64, f64, String, Vec<u8>)>().await?;
        let kept = read.is_some_and(|(i, r, t, b)| {
            (i, r.to_bits(), &*t, &*b) == (row.0, row.1.to_bits(), row.2, row.3)
        });
        lines.push(kept.to_string());
    }
    let nothing = (None::<i64>, None::<f64>, None::<String>, None::<Vec<u8>>);
    lines.push(said(
        insert
            .clone()
            .bind(nothing)
            .run()
            .await
            .map(|done| done.changes),
    ));
    let select = db.prepare("SELECT ?");
    lines.push(said(
        select.clone().bind((largest + 1,)).first::<i64>().await,
    ));
    lines.push(said(select.clone().bind((u64::MAX,)).first::<u64>().await));
    lines.push(said(select.clone().bind((f64::NAN,)).first::<f64>().await));
    lines.push(said(
        select.clone().bind((f64::INFINITY,)).first::<f64>().await,
    ));
    lines.push(said(select.clone().bind((-0.0,)).first::<f64>().await));
    lines.push(said(select.bind((true,)).first::<bool>().await));
    let types = db
        .prepare("SELECT typeof(?1), typeof(?2), ?1 / 10, ?2 / 10")
        .bind((25, 25.0));
    lines.push(said(types.first::<(String, String, f64, f64)>().await));
    for read in ["9007199254740993", "9e999", "-0.0", "'x'", "x'00'", "1.5"] {
        let read = db.prepare(&format!("SELECT {read}"));
        lines.push(said(read.first::<Option<i64>>().await));
    }
    lines.push(said(db.prepare("SELECT 0.0").first::<Option<f64>>().await));
    Ok(lines)
}

pub(crate) async fn batches(env: &Env) -> Result<Vec<String>> {
    let db = with(env, "batched", "id INTEGER PRIMARY KEY, name TEXT UNIQUE").await?;
    let insert = |name: &str| {
        db.prepare("INSERT INTO batched (name) VALUES (?)")
            .bind((name,))
    };
    let select = db.prepare("SELECT id, name FROM batched ORDER BY id");
    let mut lines = Vec::new();
    let results = db
        .batch([insert("ann"), insert("bob"), select.clone()])
        .await?;
    lines.push(said(results[2].rows::<(u32, String)>()));
    lines.push(said(results[0].rows::<u32>()));
    let (first, second) = (results[0].meta(), results[1].meta());
    lines.push(format!("{} {}", first.changes, second.last_row_id));
    let failing = [
        vec![insert("eve"), insert("ann")],
        vec![insert("eve"), db.prepare("NOPE")],
        vec![insert("eve"), db.prepare("SELECT * FROM nope")],
        vec![insert("eve"), db.prepare("SELECT ?").bind((u64::MAX,))],
        vec![insert("eve"), db.prepare("COMMIT")],
        vec![insert("eve"), db.prepare("SELECT ?, ?").bind((1,))],
    ];
    for statements in failing {
        let failed = db.batch(statements).await;
        lines.push(said(failed.map(|results| results.len())));
    }
    lines.push(said(
        db.prepare("SELECT COUNT(*) FROM batched")
            .first::<u32>()
            .await,
    ));
    lines.push(said(db.batch([]).await.map(|results| results.len())));
    let shapes = [
        "SELECT 1 AS a, 2 AS b",
        "SELECT 1 AS a, 2 AS a",
        "SELECT 2, 1",
        "SELECT 1 AS a",
        "SELECT 1 AS a, 2 AS b, 3 AS a",
    ];
    let results = db.batch(shapes.map(|text| db.prepare(text))).await?;
    for result in &results {
        lines.push(said(result.rows::<(u8, u8)>()));
    }
    lines.push(said(
        db.batch([db.prepare("SELECT 1")]).await?[0].rows::<u8>(),
    ));
    Ok(lines)
}

pub(crate) async fn errors(env: &Env) -> Result<Vec<String>> {
    let db = with(
        env,
        "strict",
        "a INTEGER NOT NULL CHECK (a > 0), b TEXT UNIQUE",
    )
    .await?;
    let mut lines = Vec::new();
    for text in [
        "",
        " ; ",
        "SELEC 1",
        "SELECT nope FROM strict",
        "SELECT * FROM nope",
        "SELECT ?",
        "BEGIN",
        "savepoint a",
        "PRAGMA user_version",
        "ATTACH ':memory:' AS x",
        "CREATE TEMP TABLE x (a)",
        "INSERT INTO strict VALUES (NULL, 'a')",
        "INSERT INTO strict VALUES (-1, 'a')",
        "INSERT INTO strict VALUES ('x', 'a')",
        "INSERT INTO strict VALUES (1.5, 'a')",
        "SELECT 'a' LIKE 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
    ] {
        lines.push(said(db.prepare(text).run().await.map(|done| done.changes)));
    }
    let insert = db.prepare("INSERT INTO strict VALUES (?, ?)");
    lines.push(said(
        insert
            .clone()
            .bind((1, "a"))
            .run()
            .await
            .map(|done| done.changes),
    ));
    lines.push(said(
        insert
            .clone()
            .bind((2, "a"))
            .run()
            .await
            .map(|done| done.changes),
    ));
    lines.push(said(insert.bind((2,)).run().await.map(|done| done.changes)));
    let many = |count: usize| {
        let marks = vec!["?"; count].join(",");
        let values = vec![Value::Integer(1); count];
        let select = db.prepare(&format!("SELECT 1 IN ({marks})"));
        select.bind(&*values).first::<bool>()
    };
    lines.push(said(many(100).await));
    lines.push(said(many(101).await));
    let columns = vec!["1"; 101].join(",");
    lines.push(said(
        db.prepare(&format!("SELECT {columns}"))
            .run()
            .await
            .map(|_| ()),
    ));
    let long = format!("SELECT '{}'", "a".repeat(100_000));
    lines.push(said(db.prepare(&long).run().await.map(|_| ())));
    let long = format!("SELECT length('{}')", "a".repeat(99_900));
    lines.push(said(db.prepare(&long).first::<u32>().await));
    lines.push(said(env.database("OTHER").map(|_| ())));
    lines.push(said(env.database("FILES").map(|_| ())));
    Ok(lines)
}

/// Statements that somebody has put together from texts, with too few and too many values.
pub(crate) async fn hostile(env: &Env) -> Result<Vec<String>> {
    let db = with(env, "target", "id INTEGER PRIMARY KEY, name TEXT UNIQUE").await?;
    let mut lines = Vec::new();
    for text in [
        "/* ? */ SELECT 1 -- ?",
        "SELECT 1 /* open",
        "SELECT 'open",
        "VACUUM",
        "DETACH main",
        "DROP TABLE sqlite_master",
        "SELECT * FROM _cf_KV",
        "CREATE TABLE _cf_x (a)",
        "SELECT load_extension('x')",
        "PRAGMA writable_schema = ON",
    ] {
        lines.push(said(db.prepare(text).run().await.map(|done| done.changes)));
    }
    for text in [
        "SELECT ?1, ?1",
        "SELECT :a",
        "SELECT ?2, ?1",
        "SELECT '?', ?",
    ] {
        let mut fitting = Vec::new();
        for count in 0..4 {
            let values = vec![Value::Integer(7); count];
            if db.prepare(text).bind(&*values).run().await.is_ok() {
                fitting.push(count);
            }
        }
        lines.push(format!("{text}: {fitting:?}"));
    }
    for second in ["ROLLBACK", "COMMIT; BEGIN", "DROP TABLE nowhere"] {
        let insert = db.prepare("INSERT INTO target (name) VALUES ('eve')");
        let done = db.batch([insert, db.prepare(second)]).await;
        lines.push(done.is_err().to_string());
    }
    lines.push(said(
        db.prepare("SELECT COUNT(*) FROM target")
            .first::<u32>()
            .await,
    ));
    Ok(lines)
}

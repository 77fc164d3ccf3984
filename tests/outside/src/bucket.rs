//! R2 buckets.

use std::fmt::Debug;

use actors_core::bindings::{Bucket, HttpMetadata, Object, ObjectBody};
use actors_core::prelude::*;

fn said<T: Debug>(outcome: Result<T>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{}: {error}", error.kind()),
    }
}

fn described(object: &Object) -> String {
    let Object {
        key,
        size,
        etag,
        custom,
        ..
    } = object;
    format!("{key:?} {size} {etag} {custom:?}")
}

async fn text(found: Option<ObjectBody>) -> Result<String> {
    let Some(found) = found else {
        return Ok("nothing".into());
    };
    let bytes = found.body.bytes().await?;
    Ok(format!(
        "{:?} {}",
        found.range,
        String::from_utf8_lossy(&bytes)
    ))
}

pub(crate) async fn objects(env: &Env) -> Result<Vec<String>> {
    let files = env.bucket("FILES")?;
    let mut lines = Vec::new();
    let put = files.put("a.txt", "hello world").content_type("text/plain");
    let object = put.metadata("by", "Ann").metadata("ключ", "ä🦀").await?;
    lines.push(described(&object));
    let age = Timestamp::from_millis(0) < object.uploaded;
    lines.push(format!(
        "{age} {}",
        files.head("a.txt").await? == Some(object)
    ));
    lines.push(text(files.get("a.txt").await?).await?);
    lines.push(said(files.head("nothing").await));
    lines.push(text(files.get("nothing").range(5..).await?).await?);
    let http = HttpMetadata {
        content_type: Some("täxt/🦀".into()),
        content_language: Some("de".into()),
        content_disposition: Some("inline".into()),
        content_encoding: Some("gzip".into()),
        cache_control: Some("no-store".into()),
        cache_expiry: Some(Timestamp::from_millis(5)),
    };
    files.put("http", "").http(http.clone()).await?;
    let found = files.get("http").await?.map(|found| found.object);
    lines.push(format!("{}", found.is_some_and(|found| found.http == http)));
    files.delete("http").await?;
    files.delete("http").await?;
    lines.push(said(files.head("http").await));
    Ok(lines)
}

pub(crate) async fn ranges(env: &Env) -> Result<Vec<String>> {
    let files = env.bucket("FILES")?;
    files.put("range", "hello world").await?;
    files.put("empty", "").await?;
    let mut lines = Vec::new();
    let gets = [
        files.get("range").range(..),
        files.get("range").range(3..5),
        files.get("range").range(3..=5),
        files.get("range").range(8..),
        files.get("range").range(..3),
        files.get("range").range(5..1_000),
        files.get("range").suffix(3),
        files.get("range").suffix(1_000),
        files.get("range").range(10..),
        files.get("range").range(11..),
        files.get("range").range(12..13),
        files.get("range").range(5..5),
        files.get("range").suffix(0),
        files.get("range").range(u64::MAX..),
        files.get("empty"),
        files.get("empty").range(..),
        files.get("empty").suffix(1),
    ];
    for get in gets {
        let found = match get.await {
            Ok(found) => text(found).await,
            Err(error) => Err(error),
        };
        lines.push(said(found));
    }
    Ok(lines)
}

pub(crate) async fn conditions(env: &Env) -> Result<Vec<String>> {
    let files = env.bucket("FILES")?;
    files.delete("once").await?;
    let mut lines = vec![said(etag(files.put("once", "b").if_etag("abc").await))];
    let first = files.put("once", "a").if_absent().await?;
    lines.push(said(etag(files.put("once", "b").if_absent().await)));
    lines.push(said(etag(files.put("once", "b").if_etag("abc").await)));
    lines.push(text(files.get("once").await?).await?);
    let quoted = format!("\"{}\"", first.etag);
    lines.push(said(etag(files.put("once", "b").if_etag(&quoted).await)));
    lines.push(said(etag(
        files.put("once", "c").if_etag(&first.etag).await,
    )));
    lines.push(text(files.get("once").await?).await?);
    Ok(lines)
}

fn etag(stored: Result<Object>) -> Result<String> {
    Ok(stored?.etag)
}

pub(crate) async fn streams(env: &Env) -> Result<Vec<String>> {
    let files = env.bucket("FILES")?;
    let stream = |parts: &[&'static str]| {
        let (sender, body) = Body::channel();
        let sent: Result<()> = parts.iter().try_for_each(|part| sender.send(*part));
        sent.map(|()| body)
    };
    let mut lines = vec![
        said(etag(files.put("stream", stream(&["a"])?).await)),
        said(etag(
            files.put("stream", stream(&["ab", "c"])?).length(3).await,
        )),
        text(files.get("stream").await?).await?,
        said(etag(
            files.put("stream", stream(&["ab", "c"])?).length(4).await,
        )),
        said(etag(
            files.put("stream", stream(&["ab", "c"])?).length(2).await,
        )),
        said(etag(files.put("stream", "bytes").length(2).await)),
        said(etag(files.put("none", stream(&[])?).length(0).await)),
        text(files.get("stream").await?).await?,
    ];
    // A body that is read from one object into another is never in memory as a whole.
    let large = vec![7; 3 << 20];
    let large = files.put("large", large).await?;
    let found = files.get("large").await?;
    let copied = files.put("copy", found.map(|found| found.body).unwrap_or_default());
    lines.push(format!("{}", copied.await?.etag == large.etag));
    let mut chunks = files
        .get("copy")
        .range(1..)
        .await?
        .map(|found| found.body)
        .unwrap_or_default();
    let mut read = 0;
    while let Some(chunk) = chunks.chunk().await? {
        read += chunk.len();
    }
    lines.push(read.to_string());
    Ok(lines)
}

pub(crate) async fn lists(env: &Env) -> Result<Vec<String>> {
    let files = env.bucket("FILES")?;
    for key in ["l/a", "l/b", "l/q/x", "l/q/y", "l/r/z", "l/ü", "l/🦀"] {
        files.put(key, key).metadata("k", "v").await?;
    }
    let mut lines = vec![
        pages(&files, "l/", "", 1_000).await?,
        pages(&files, "l/", "/", 1_000).await?,
        pages(&files, "l/", "/", 2).await?,
        pages(&files, "l/", "/", 3).await?,
        pages(&files, "l/", "/", 1).await?,
        pages(&files, "l/", "q/", 2).await?,
        pages(&files, "nothing/", "/", 2).await?,
    ];
    let listed = files.list().prefix("l/a").await?;
    let (object, head) = (&listed.objects[0], files.head("l/a").await?);
    let head = head.ok_or_else(|| Error::internal("it is listed"))?;
    let is_same =
        (object.size, &object.etag, object.uploaded) == (head.size, &head.etag, head.uploaded);
    lines.push(is_same.to_string());
    files.delete_all(["l/a", "l/q/x", "l/none"]).await?;
    files.delete_all([""; 0]).await?;
    lines.push(pages(&files, "l/", "/", 1_000).await?);
    Ok(lines)
}

/// All pages, from the first to the last.
async fn pages(files: &Bucket, prefix: &str, delimiter: &str, limit: usize) -> Result<String> {
    let list = || {
        files
            .list()
            .prefix(prefix)
            .delimiter(delimiter)
            .limit(limit)
    };
    let mut text = String::new();
    let mut page = list().await?;
    loop {
        for object in &page.objects {
            text += &format!("{} ", object.key);
        }
        text += &format!("{:?}", page.prefixes);
        let Some(cursor) = page.cursor else {
            return Ok(text);
        };
        page = list().cursor(cursor).await?;
        text += " | ";
    }
}

pub(crate) async fn limits(env: &Env) -> Result<Vec<String>> {
    let files = env.bucket("FILES")?;
    let mut lines = Vec::new();
    for key in [
        "",
        "ключ/🦀",
        "a\0b",
        "a\nb",
        "../x?y#z%20",
        &"k".repeat(1_024),
        &"ä".repeat(513),
    ] {
        let put = files.put(key, "x").await;
        let head = files.head(key).await;
        let is_same = put.as_ref().ok().map(|object| &object.key) == Some(&key.to_owned())
            && head.as_ref().ok() == Some(&put.as_ref().ok().cloned());
        let line = head.map(|_| is_same);
        lines.push(said(put.and(line)));
    }
    for (name, value) in [
        ("k", "v".repeat(8_191)),
        ("k", "v".repeat(8_192)),
        ("ä", "ö".repeat(8_191)),
        ("k", "ł".repeat(4_096)),
        ("", String::new()),
        ("a\nb", "c\0d".into()),
        ("constructor", "x".into()),
    ] {
        let put = files.put("meta", "").metadata(name, &*value).await;
        let found = files
            .head("meta")
            .await?
            .unwrap_or_else(|| unreachable!("it is stored"));
        let is_same = found.custom.get(name) == Some(&value);
        lines.push(said(put.map(|_| is_same)));
    }
    lines.push(said(files.get(&"k".repeat(1_025)).await.map(|_| ())));
    lines.push(said(files.list().limit(0).await));
    lines.push(said(files.list().limit(1_001).await));
    let keys = (0..1_001).map(|number| number.to_string());
    lines.push(said(files.delete_all(keys).await));
    lines.push(said(files.delete(&"k".repeat(1_025)).await));
    lines.push(said(env.bucket("OTHER").map(|_| ())));
    lines.push(said(env.bucket("DB").map(|_| ())));
    Ok(lines)
}

/// A body that arrives.
pub(crate) async fn upload(env: &Env, body: Body) -> Result<Vec<String>> {
    let files = env.bucket("FILES")?;
    let stored = files.put("upload", body).await;
    Ok(vec![said(stored.map(|object| (object.size, object.etag)))])
}

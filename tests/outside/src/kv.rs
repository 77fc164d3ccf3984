//! KV namespaces.

use std::fmt::Debug;

use actors_core::Kv;
use actors_core::prelude::*;

use crate::said;

/// What is stored is read back, with what belongs to it.
pub(crate) async fn values(env: &Env) -> Result<Vec<String>> {
    let kv = env.kv("CACHE")?;
    kv.put("text", "grüezi 🦀").await?;
    kv.put("empty", "").await?;
    kv.put("bytes", &[0, 255, 128]).await?;
    kv.put_json("json", &(1_u64 << 60, [Some(1.5), None]))
        .await?;
    kv.put("tagged", "x").metadata(&("Ann", 1.5)).await?;
    kv.put("untagged", "x").metadata(&None::<u8>).await?;
    let mut lines = vec![
        said(kv.get("text").await),
        said(kv.get("empty").await),
        said(kv.get_bytes("bytes").await),
        said(kv.get("bytes").await),
        said(kv.get("json").await),
        said(kv.get_json::<(u64, [Option<f64>; 2])>("json").await),
        said(kv.get_json::<u8>("text").await),
        said(kv.get_with_metadata::<(String, f64)>("tagged").await),
        said(kv.get_with_metadata::<u8>("tagged").await),
        said(kv.get_with_metadata::<u8>("untagged").await),
        said(kv.get_with_metadata::<u8>("text").await),
        said(kv.get("none").await),
        said(kv.get_with_metadata::<u8>("none").await),
    ];
    kv.put("text", "new").await?;
    lines.push(said(kv.get("text").await));
    kv.delete("text").await?;
    kv.delete("none").await?;
    lines.push(said(kv.get("text").await));
    lines.push(said(env.kv("OTHER").map(drop)));
    lines.push(said(env.kv("GREETING").map(drop)));
    lines.push(said(env.kv("JOBS").map(drop)));
    Ok(lines)
}

/// Pages, in the order of the keys' bytes.
pub(crate) async fn list(env: &Env) -> Result<Vec<String>> {
    let kv = env.kv("LISTED")?;
    for name in ["a:2", "a:1", "b", "a", "ä", "a:🦀", "A", "a%2F/? #&"] {
        kv.put(name, "").metadata(&name.len()).await?;
    }
    kv.put("until", "").ttl(hours(1)).await?;
    let mut lines = vec![
        said(names(kv.list().await)),
        said(names(kv.list().prefix("a:").await)),
        said(names(kv.list().prefix("none").await)),
    ];
    let mut cursor = None;
    loop {
        let page = kv.list().prefix("a").limit(2).cursor(cursor).await?;
        cursor = page.cursor.clone();
        let more = if cursor.is_some() { ", and more" } else { "" };
        lines.push(said(names(Ok(page))) + more);
        if cursor.is_none() {
            break;
        }
    }
    let page = kv.list().prefix("a:1").await?;
    lines.push(said(page.keys[0].metadata::<u32>()));
    lines.push(said(page.keys[0].metadata::<String>()));
    lines.push(said::<_>(Ok(page.keys[0].expires())));
    let page = kv.list().prefix("until").await?;
    lines.push(said(page.keys[0].metadata::<u32>()));
    let expires = page.keys[0].expires().map_or(0, Timestamp::as_millis);
    lines.push(format!("{}", expires % 1_000));
    Ok(lines)
}

fn names(page: Result<actors_core::bindings::KvPage>) -> Result<Vec<String>> {
    Ok(page?.keys.into_iter().map(|key| key.name).collect())
}

/// What is as large as it may be, and what is larger.
pub(crate) async fn limits(ctx: &Ctx<crate::Outside>) -> Result<Vec<String>> {
    let kv = ctx.env().kv("CACHE")?;
    let (key, metadata) = ("ü".repeat(256), "m".repeat(1_022));
    let value = vec![b'v'; 25 << 20];
    kv.put(&key, &value)
        .metadata(&metadata)
        .ttl(minutes(1))
        .await?;
    let stored = kv.get_bytes(&key).await?;
    let mut lines = vec![format!("{:?}", stored.map(|stored| stored == value))];
    let now = ctx.now();
    kv.put("at", "").expires(now + seconds(90)).await?;
    let long = format!("{key}k");
    let over = [value, vec![b'v']].concat();
    lines.extend([
        refused(kv.put(&long, "").await),
        refused(kv.get(&long).await),
        refused(kv.delete(&long).await),
        refused(kv.list().prefix(&long).await),
        refused(kv.get("").await),
        refused(kv.put(".", "").await),
        refused(kv.delete("..").await),
        refused(kv.put("a", &over).await),
        refused(kv.put("a", "").metadata(&format!("{metadata}m")).await),
        refused(kv.put("a", "").metadata(&u64::MAX).await),
        refused(kv.put("a", "").metadata(&f64::NAN).await),
        refused(kv.put_json("a", &[f64::INFINITY]).await),
        refused(kv.put("a", "").ttl(seconds(59)).await),
        refused(kv.put("a", "").expires(now - seconds(1)).await),
        refused(kv.list().limit(0).await),
        refused(kv.list().limit(1_001).await),
        said(stays_absent(&kv).await),
    ]);
    Ok(lines)
}

/// Nothing of what was refused is stored.
async fn stays_absent(kv: &Kv) -> Result<Option<String>> {
    kv.get("a").await
}

fn refused<T: Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(error) => format!("{}: {error}", error.kind()),
        Ok(value) => format!("{value:?}"),
    }
}

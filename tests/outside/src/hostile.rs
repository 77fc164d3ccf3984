//! Values that somebody chooses to do harm.

use actors_core::http::Request;
use actors_core::prelude::*;

use crate::network::{say, text};
use crate::objects::Loose;
use crate::remote::{Mailer, MailerStub, Odd, OddStub};

/// Texts that something on their way might take for something else.
const TEXTS: [&str; 12] = [
    "a\0b",
    "'; DROP TABLE x; --\"",
    "ä🦀\u{feff}\u{ffff}",
    " ",
    ".",
    "a/../b",
    "?a#b&c=d",
    "%2e%00%",
    "\r\nx: y",
    "__proto__",
    "constructor",
    "\\u0000",
];

/// What comes before a NUL, where miniflare takes a prefix to end.
fn visible(key: &str) -> &str {
    key.split('\0').next().unwrap_or_default()
}

pub(crate) async fn names(env: &Env) -> Result<Vec<String>> {
    let long = "ä".repeat(512);
    let mut lines = Vec::new();
    for name in TEXTS.into_iter().chain(["", &long]) {
        let heard = async { Loose::get(env, name)?.who().await };
        lines.push(match heard.await {
            Ok((_, heard)) => format!("{}", heard.as_deref() == Some(name)),
            Err(error) => format!("{error}"),
        });
    }
    Ok(lines)
}

/// Keys and values of KV and of R2, and messages of a queue.
pub(crate) async fn keys(env: &Env) -> Result<Vec<String>> {
    let (kv, files, jobs) = (env.kv("LISTED")?, env.bucket("FILES")?, env.queue("JOBS")?);
    let (k512, k1024) = ("ä".repeat(256), "ä".repeat(512));
    let mut lines = Vec::new();
    for key in TEXTS.into_iter().chain([&*k512]) {
        let kept = async {
            kv.put(key, key).metadata(&key).await?;
            let listed = kv.list().prefix(visible(key)).await?;
            let is_listed = listed.keys.iter().any(|listed| listed.name == key);
            let read = kv.get(key).await?;
            kv.delete(key).await?;
            Ok((is_listed, read.as_deref() == Some(key)))
        };
        lines.push(format!("kv {}", crate::said(kept.await)));
    }
    for key in TEXTS.into_iter().chain(["", "..", &k1024]) {
        let kept = async {
            files.put(key, key.to_owned()).metadata("key", key).await?;
            let listed = files.list().prefix(visible(key)).await?;
            let is_listed = listed.objects.iter().any(|listed| listed.key == key);
            let read = files.get(key).await?;
            let is_read = match read {
                Some(read) => read.body.bytes().await? == key,
                None => false,
            };
            files.delete(key).await?;
            Ok((is_listed, is_read))
        };
        lines.push(format!("r2 {}", crate::said(kept.await)));
    }
    for text in TEXTS {
        lines.push(format!("queue {}", crate::said(jobs.send(&text).await)));
    }
    Ok(lines)
}

/// What a request may say.
pub(crate) async fn requests(env: &Env) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for url in [
        "https://far.example:443/headers",
        "https://FAR.EXAMPLE/headers",
        "https://far.example/a/../headers",
        "https://far.example/headers?%zz",
        "https://user@far.example/headers",
        "//far.example/headers",
        "https:///headers",
    ] {
        let asked = async { env.fetch(Request::get(url).body(())?).await };
        lines.push(format!("{url}: {}", say(text(asked.await).await)));
    }
    let headers = [
        ("x-empty", ""),
        ("x-twice", "a, b"),
        ("x-twice", "c"),
        ("x-umlaut", "ä"),
        ("x-tab", "a\tb"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
    ];
    let mut asked = Request::post("https://far.example/headers");
    for (name, value) in headers {
        asked = asked.header(name, value);
    }
    lines.push(say(text(env.fetch(asked.body("body")?).await).await));
    lines.push(say(Request::get("https://far.example/")
        .header("x-a", "a\r\nb: c")
        .body(())
        .map(|_| "built")
        .map_err(Error::from)));
    let cookies = env
        .fetch(Request::get("https://far.example/cookies").body(())?)
        .await?;
    let cookies = cookies.headers().get_all("set-cookie").iter();
    lines.push(format!("{:?}", cookies.collect::<Vec<_>>()));
    for path in ["/no-content", "/teapot"] {
        let asked = Request::get(format!("https://far.example{path}")).body(())?;
        lines.push(format!(
            "{path}: {}",
            say(text(env.fetch(asked).await).await)
        ));
    }
    Ok(lines)
}

/// A callee that answers late, or not at first.
pub(crate) async fn callees(env: &Env) -> Result<Vec<String>> {
    let odd = |name| OddStub::get(env, name);
    let limit = Duration::from_millis(300);
    Ok(vec![
        say(odd("a")?
            .with_limit(limit)
            .never()
            .await
            .map(|()| "answered")),
        say(odd("b")?.with_retries(3).lost(2).await),
        say(odd("c")?.with_idempotent_retries(3).lost(2).await),
        say(odd("d")?.with_retries(3).busy(2).await),
        say(odd("e")?.with_retries(1).busy(2).await),
        say(MailerStub::get(env)?
            .with_idempotent_retries(2)
            .flaky()
            .await),
    ])
}

/// What only JavaScript can answer.
pub(crate) async fn answers(env: &Env) -> Result<Vec<String>> {
    let odd = OddStub::get(env, "odd")?;
    let mut lines = Vec::new();
    for what in [
        "string",
        "null",
        "undefined",
        "object",
        "error",
        "cause",
        "nothing",
        "float",
        "text",
        "negative",
        "function",
        "promise",
        "reject",
        "map",
        "cycle",
    ] {
        lines.push(format!("{what}: {}", say(odd.answer(what.into()).await)));
    }
    Ok(lines)
}

/// A body is sent once, however often a call may be made.
pub(crate) async fn bodies(env: &Env) -> Result<Vec<String>> {
    let nobody = crate::Outside::get(env, "bodies")?.with_idempotent_retries(3);
    Ok(vec![say(nobody
        .loses("a body".into())
        .await
        .map(|()| "answered"))])
}

/// The shorter one of two limits counts, whichever is around the other: the error names it.
pub(crate) async fn limits(ctx: &Ctx<crate::Outside>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let (short, long) = (Duration::from_millis(300), seconds(5));
    for (outer, inner) in [(short, long), (long, short)] {
        let name = format!("waits {outer:?}");
        let other = crate::Outside::get(ctx.env(), &name)?.with_limit(outer);
        lines.push(say(other.waits(inner).await.map(|()| "answered")));
        let odd = OddStub::get(ctx.env(), "two")?
            .with_limit(outer)
            .with_limit(inner);
        lines.push(say(odd.never().await.map(|()| "answered")));
    }
    Ok(lines)
}

/// Methods that a request may not have.
pub(crate) async fn methods(env: &Env) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for method in ["HELLO", "get", "CONNECT", "PATCH"] {
        let asked = Request::builder()
            .method(method)
            .uri("http://loose/loose/x")
            .body(Body::empty())?;
        let answered = Loose::get(env, &format!("m-{method}"))?.fetch(asked).await;
        lines.push(format!("{method}: {}", say(text(answered).await)));
    }
    Ok(lines)
}

//! The network, and another Worker.

use std::pin::Pin;
use std::task::{Context, Poll};

use actors_core::http::Request;
use actors_core::prelude::*;

/// What a line says of a result.
pub(crate) fn say<T: ToString>(result: Result<T>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(error) => format!("{}, {}: {error}", error.kind(), error.is_retryable()),
    }
}

fn url(path: &str) -> String {
    format!("https://far.example{path}")
}

pub(crate) fn get(path: &str) -> Result<Request<()>> {
    Ok(Request::get(url(path)).header("x-from", "ours").body(())?)
}

/// The status and the body.
pub(crate) async fn text(response: Result<Response>) -> Result<String> {
    let response = response?;
    let status = response.status().as_u16();
    let body = response.into_body().bytes().await?;
    Ok(format!("{status} {}", String::from_utf8_lossy(&body)))
}

pub(crate) async fn answers(ctx: &Ctx<crate::Outside>) -> Result<Vec<String>> {
    let hello = ctx.fetch(get("/hello")?).await?;
    let header = format!("{:?}", hello.headers()["x-far"]);
    let posted = Request::post(url("/echo")).body("some text")?;
    let put = Request::put(url("/echo")).body(Bytes::from_static(b"bytes"))?;
    let moved = Request::post(url("/moved"))
        .header("x-from", "us")
        .body("x")?;
    let service = ctx.env().service("FAR")?;
    let served = Request::get("https://anywhere/hello").header("x-from", "a binding");
    Ok(vec![
        header,
        say(text(Ok(hello)).await),
        say(text(ctx.fetch(posted).await).await),
        say(text(ctx.fetch(put).within(seconds(5)).await).await),
        say(text(ctx.fetch(get("/status")?).await).await),
        say(text(ctx.fetch(moved).await).await),
        say(text(service.fetch(served.body(())?).await).await),
    ])
}

pub(crate) async fn errors(env: &Env) -> Result<Vec<String>> {
    let with = |method: &str, url: &str, body: &'static str| {
        let request = Request::builder().method(method).uri(url).body(body);
        env.fetch(request.expect("a request"))
    };
    let far = "https://me:secret@far.example";
    Ok(vec![
        say(text(with("GET", &format!("{far}/hello?key=1"), "a body").await).await),
        say(text(with("GET", "/hello", "").await).await),
        say(text(with("GET", "ftp://far.example/hello", "").await).await),
        say(text(with("HELLO", &url("/hello"), "").await).await),
        say(text(env.fetch(get("/throws")?).await).await),
        say(env.service("OTHER").map(|_| "a service")),
    ])
}

pub(crate) async fn time_outs(env: &Env) -> Result<Vec<String>> {
    let span = Duration::from_millis(300);
    let never = env.fetch(get("/never")?).within(span).await;
    let stalls =
        async || -> Result<Body> { Ok(env.fetch(get("/stalls")?).within(span).await?.into_body()) };
    let mut in_parts = stalls().await?;
    let part = in_parts.chunk().await?.unwrap_or_default();
    let whole = stalls().await?;
    Ok(vec![
        say(text(never).await),
        String::from_utf8_lossy(&part).into_owned(),
        say(in_parts.chunk().await.map(|part| format!("{part:?}"))),
        say(whole.bytes().await.map(|bytes| format!("{bytes:?}"))),
    ])
}

/// What is dropped before its end ends the connection.
pub(crate) async fn dropped(env: &Env) -> Result<Vec<String>> {
    let mut body = env.fetch(get("/stalls")?).await?.into_body();
    body.chunk().await?;
    drop(body);
    let in_parts = text(env.fetch(get("/cancelled")?).await).await;
    drop(env.fetch(get("/stalls")?).await?);
    let unread = text(env.fetch(get("/cancelled")?).await).await;
    Ok(vec![say(in_parts), say(unread)])
}

/// A part comes back before the next one is sent.
pub(crate) async fn echo(env: &Env) -> Result<Vec<String>> {
    let (sender, body) = Body::channel();
    let mut sender = Some(sender);
    let mut parts = ["one", "two", "three"].into_iter();
    let mut send = || match (parts.next(), &sender) {
        (Some(part), Some(sender)) => sender.send(part),
        _ => {
            sender = None;
            Ok(())
        }
    };
    send()?;
    let request = Request::post(url("/echo")).body(body)?;
    let mut back = env.fetch(request).await?.into_body();
    let mut lines = Vec::new();
    while let Some(part) = back.chunk().await? {
        lines.push(String::from_utf8_lossy(&part).into_owned());
        send()?;
    }
    Ok(lines)
}

/// 100 MB in both directions, and by how much Wasm's memory has grown.
pub(crate) async fn large(env: &Env) -> Result<Vec<String>> {
    let before = memory();
    let mut body = env.fetch(get("/large")?).await?.into_body();
    let length = length(&mut body).await?;
    let request = Request::post(url("/length")).body(Body::stream(Zeros(PARTS)))?;
    let sent = text(env.fetch(request).await).await;
    Ok(vec![
        length.to_string(),
        say(sent),
        growth(memory() - before),
    ])
}

/// Whether that is little.
pub(crate) fn growth(bytes: usize) -> String {
    match bytes {
        0..8_388_608 => "less than 8 MB".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}

pub(crate) async fn length(body: &mut Body) -> Result<usize> {
    let mut length = 0;
    while let Some(part) = body.chunk().await? {
        length += part.len();
    }
    Ok(length)
}

/// How many parts are 100 MB.
pub(crate) const PARTS: usize = 1_600;

/// So many parts of 64 KiB.
pub struct Zeros(pub usize);

impl http_body::Body for Zeros {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>>>> {
        Poll::Ready(self.0.checked_sub(1).map(|left| {
            self.0 = left;
            Ok(http_body::Frame::data(Bytes::from(vec![0; 65_536])))
        }))
    }
}

/// The size of Wasm's memory, which never gets smaller.
pub(crate) fn memory() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    0
}

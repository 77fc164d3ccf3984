//! Streams as arguments and answers of calls.

use std::pin::Pin;
use std::task::{Context, Poll};

use actors_core::prelude::*;

use crate::Outside;
use crate::network::{PARTS, Zeros, get, growth, length, memory, say, text};

/// The text of a body.
async fn read(body: Result<Body>) -> Result<String> {
    Ok(String::from_utf8_lossy(&body?.bytes().await?).into_owned())
}

pub(crate) async fn small(env: &Env) -> Result<Vec<String>> {
    let other = Outside::get(env, "other")?;
    Ok(vec![
        say(read(other.back("some text".into()).await).await),
        say(read(other.back(Body::empty()).await).await),
        say(other
            .lengths("of".into(), "one".into(), 2, "three".into())
            .await),
        say(read(other.kept(true).await).await),
        say(read(other.kept(false).await).await),
    ])
}

/// A part comes back before the next one is sent.
pub(crate) async fn back(env: &Env) -> Result<Vec<String>> {
    let (sender, body) = Body::channel();
    sender.send("one")?;
    let mut back = Outside::get(env, "other")?.back(body).await?;
    let mut lines = vec![part(&mut back).await];
    sender.send("two")?;
    lines.push(part(&mut back).await);
    drop(sender);
    lines.push(part(&mut back).await);
    Ok(lines)
}

async fn part(body: &mut Body) -> String {
    let text = |part: Bytes| String::from_utf8_lossy(&part).into_owned();
    say(body
        .chunk()
        .await
        .map(|part| part.map_or("the end".to_owned(), text)))
}

/// Bodies that one side leaves before their end: the other one learns of it.
pub(crate) async fn half_way(ctx: &Ctx<Outside>) -> Result<Vec<String>> {
    let other = Outside::get(ctx.env(), "other")?;
    let mut lines = Vec::new();
    for begins in [false, true] {
        let (sender, body) = Body::channel();
        sender.send("a part")?;
        lines.push(say(other.leaves(body, begins).await));
        lines.push(say(
            is_left(ctx, async || Ok(sender.send("more").is_err())).await
        ));
        let whole = Body::stream(Zeros(PARTS));
        lines.push(say(other.leaves(whole, begins).await));
    }
    for begins in [false, true] {
        let mut body = other.sends().await?;
        if begins {
            lines.push(part(&mut body).await);
        }
        drop(body);
        lines.push(say(is_left(ctx, async || Ok(!other.is_read().await?)).await));
    }
    drop(other.zeros(PARTS).await?);
    Ok(lines)
}

/// Whether that becomes true within a second.
async fn is_left(ctx: &Ctx<Outside>, is_left: impl AsyncFn() -> Result<bool>) -> Result<bool> {
    for _ in 0..100 {
        if is_left().await? {
            return Ok(true);
        }
        ctx.sleep(Duration::from_millis(10)).await;
    }
    Ok(false)
}

/// Bodies that fail after 1 MB, and what is read of one after its end.
pub(crate) async fn late(env: &Env) -> Result<Vec<String>> {
    let other = Outside::get(env, "other")?;
    let mut back = other.breaks_late().await?;
    let there = other.length(Body::stream(Late(16))).await;
    let on = other.length(other.breaks_late().await?).await;
    let mut lines = vec![
        length(&mut back).await.is_err(),
        there.is_err(),
        on.is_err(),
    ];
    let mut body = other.back("x".into()).await?;
    let read = async |body: &mut Body| Ok::<_, Error>(body.chunk().await?.is_none());
    lines.extend([
        read(&mut body).await?,
        read(&mut body).await?,
        read(&mut body).await?,
    ]);
    lines.push(read(&mut back).await?);
    Ok(lines.iter().map(bool::to_string).collect())
}

/// A body that fails after a part of it.
pub(crate) async fn broken(env: &Env) -> Result<Vec<String>> {
    let mut body = Outside::get(env, "other")?.broken().await?;
    let first = part(&mut body).await;
    let then = body.chunk().await.is_err();
    Ok(vec![first, then.to_string()])
}

/// 100 MB in both directions, and by how much Wasm's memory has grown.
pub(crate) async fn large(env: &Env) -> Result<Vec<String>> {
    let before = memory();
    let other = Outside::get(env, "other")?;
    let mut body = other.zeros(PARTS).await?;
    let back = length(&mut body).await?;
    let there = other.length(Body::stream(Zeros(PARTS))).await?;
    Ok(vec![
        back.to_string(),
        there.to_string(),
        growth(memory() - before),
    ])
}

/// The same from JavaScript.
pub(crate) async fn javascript(ctx: &Ctx<Outside>) -> Result<Vec<String>> {
    let seen = text(ctx.fetch(get("/calls")?).await).await?;
    Ok(seen.lines().map(str::to_owned).collect())
}

/// One part, and an error.
pub struct Broken(pub bool);

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>>>> {
        let is_first = !std::mem::replace(&mut self.0, true);
        Poll::Ready(Some(match is_first {
            true => Ok(http_body::Frame::data("a part".into())),
            false => Err(Error::internal("it broke")),
        }))
    }
}

/// So many parts of 64 KiB, and an error.
pub(crate) struct Late(pub(crate) usize);

impl http_body::Body for Late {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>>>> {
        Poll::Ready(Some(match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Ok(http_body::Frame::data(vec![0; 65_536].into()))
            }
            None => Err(Error::internal("it broke late")),
        }))
    }
}

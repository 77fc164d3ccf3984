//! The streams of an actor, for its handlers.

use std::rc::Rc;

use http::{HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, StreamState};
use super::form::Form;
use super::live::{Live, Note};
use super::store::{self, Stored};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::json;
use crate::request::{Body, Response};

/// A part of a stream, from [`Stream::read`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The chunks, in order.
    pub chunks: Vec<(Cursor, T)>,
    /// Where to go on reading. At the end of a stream that is not open it is that of the end.
    pub cursor: Cursor,
    /// Whether there are no more chunks now.
    pub is_last: bool,
    /// Whether some between the reader's cursor and these are no longer kept.
    pub is_trimmed: bool,
    /// Whether more can be appended to the stream.
    pub state: StreamState,
}

/// A stream in a list, from [`Streams::list`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StreamInfo {
    /// Its name.
    pub name: String,
    /// How many chunks are kept.
    pub chunks: u64,
    /// The last cursor: that of the last chunk, or of the end.
    pub cursor: Cursor,
    /// Whether more can be appended.
    pub state: StreamState,
}

/// The streams of an actor, from [`Ctx::streams`](crate::Ctx::streams).
#[derive(Clone, Copy)]
pub struct Streams<'a> {
    instance: &'a Rc<Instance>,
}

impl<'a> Streams<'a> {
    pub(crate) fn new(instance: &'a Rc<Instance>) -> Self {
        Self { instance }
    }

    /// The stream of that name, of 1 to 256 bytes: it begins with what is appended first, and
    /// reads as open and empty before that.
    pub fn named(self, name: &'a str) -> Stream<'a> {
        let instance = self.instance;
        Stream { instance, name }
    }

    /// All streams, by name. Costs two rows to read for each.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn list(self) -> Result<Vec<StreamInfo>> {
        let all = store::list(self.instance)?.into_iter();
        let info = |stored: Stored| StreamInfo {
            chunks: stored.next - stored.first,
            cursor: Cursor(stored.last()),
            name: stored.name,
            state: stored.state,
        };
        Ok(all.map(info).collect())
    }
}

/// A stream of an actor, from [`Streams::named`].
///
/// A change is part of the open transaction; outside of one it is a transaction of its own. Those
/// who read are told when that is committed.
#[derive(Clone, Copy)]
pub struct Stream<'a> {
    pub(super) instance: &'a Rc<Instance>,
    pub(super) name: &'a str,
}

impl Stream<'_> {
    /// Appends a chunk, and returns its cursor. It is stored as JSON, of up to 2 MB less 1 kB.
    /// Costs a row to write, and three to read.
    ///
    /// # Errors
    ///
    /// The stream has ended ([`Conflict`](crate::ErrorKind::Conflict)); the chunk is too long, or
    /// JSON would change it.
    pub fn append<T: Serialize + ?Sized>(&self, chunk: &T) -> Result<Cursor> {
        let text = [text(chunk)?];
        match self.instance.is_in_transaction() {
            // One statement that fails changes nothing.
            true => self.append_texts(&text),
            false => self.transaction(|| self.append_texts(&text)),
        }
    }

    /// Appends chunks, all or none, many in one statement, and returns the cursor of the last one.
    /// They cost a row to write each, and one to read.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Log { }
    /// # #[actor] impl Log {
    /// pub fn write(&self, ctx: &Ctx<Self>, lines: Vec<String>) -> Result<Cursor> {
    ///     ctx.streams().named("log").append_all(&lines)
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`append`](Self::append); there is none to append.
    pub fn append_all<T: Serialize>(&self, chunks: impl IntoIterator<Item = T>) -> Result<Cursor> {
        let texts: Result<Vec<_>> = chunks.into_iter().map(|chunk| text(&chunk)).collect();
        let texts = texts?;
        self.transaction(|| self.append_texts(&texts))
    }

    fn append_texts(&self, texts: &[String]) -> Result<Cursor> {
        let (first, last) = store::append(self.instance, self.name, texts)?;
        self.changed(first - 1);
        Ok(Cursor(last))
    }

    /// Ends the stream: nothing more comes. Returns the cursor of the end, with which no reader
    /// gets anything more. A stream that has ended stays as it is. Costs one row to write.
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn close(&self) -> Result<Cursor> {
        self.end(None)
    }

    /// Ends the stream with an error: those who read it are told the message that a caller would
    /// be told. A stream that has ended stays as it is. Costs one row to write.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Conversation { }
    /// # #[actor] impl Conversation {
    /// # async fn generate(&self, ctx: &Ctx<Self>) -> Result<()> { Ok(()) }
    /// pub async fn answer(&self, ctx: &Ctx<Self>) -> Result<()> {
    ///     let answer = ctx.streams().named("answer");
    ///     match self.generate(ctx).await {
    ///         Ok(()) => answer.close()?,
    ///         Err(error) => answer.fail(&error)?,
    ///     };
    ///     Ok(())
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the statement.
    pub fn fail(&self, error: &Error) -> Result<Cursor> {
        self.end(Some(error.public_message()))
    }

    fn end(&self, error: Option<&str>) -> Result<Cursor> {
        self.transaction(|| {
            let (cursor, is_new) = store::end(self.instance, self.name, error)?;
            if is_new {
                self.changed(cursor - 1);
            }
            Ok(Cursor(cursor))
        })
    }

    /// Reads what comes after a cursor: at most `limit` chunks, and of more than eight no more than
    /// have about 500,000 characters. Costs two rows to read and one for each chunk, or three of
    /// more than eight.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] struct Log { }
    /// # #[actor] impl Log {
    /// pub fn all(&self, ctx: &Ctx<Self>) -> Result<Vec<String>> {
    ///     let (mut lines, mut cursor) = (Vec::new(), Cursor::START);
    ///     loop {
    ///         let page = ctx.streams().named("log").read(cursor, 100)?;
    ///         lines.extend(page.chunks.into_iter().map(|(_, line)| line));
    ///         if page.is_last {
    ///             return Ok(lines);
    ///         }
    ///         cursor = page.cursor;
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A chunk is not a `T`.
    pub fn read<T: DeserializeOwned>(&self, from: Cursor, limit: usize) -> Result<Page<T>> {
        let part = store::read(self.instance, self.name, from.0, limit.max(1))?;
        let chunk = |(cursor, text): (u64, String)| {
            let value = json::from_text(&text).map_err(|error| {
                Error::internal(format!(
                    "chunk {cursor} of the stream `{}` can't be read: {error}",
                    self.name
                ))
            });
            Ok((Cursor(cursor), value?))
        };
        Ok(Page {
            chunks: part.chunks.into_iter().map(chunk).collect::<Result<_>>()?,
            cursor: Cursor(part.at),
            is_last: part.is_all,
            is_trimmed: part.is_trimmed,
            state: part.state,
        })
    }

    /// Responds with what comes after a cursor as server-sent events, and then with each chunk as
    /// it is committed, until the stream ends or the client goes away.
    ///
    /// A chunk is an event whose `data` is its JSON and whose `id` is its cursor. So a browser's
    /// `EventSource` comes again with it by itself, and the page needs no code for that:
    ///
    /// ```js
    /// const words = new EventSource("/conversations/a");
    /// words.onmessage = ({ data }) => show(JSON.parse(data));
    /// words.addEventListener("end", ({ data }) => {
    ///   words.close();
    ///   if (data !== '"closed"') alert(JSON.parse(data).failed);
    /// });
    /// ```
    ///
    /// Two events have names: `end`, whose data is the [state](StreamState), and `trimmed`, after
    /// which not what follows the client's cursor comes, but what is still [kept](Self::trim). A
    /// client that comes again after the end gets a response of status 204, at which an
    /// `EventSource` stops by itself.
    ///
    /// A client that waits is sent a comment every 15 s. A slow one is not waited for, and nothing
    /// is held for it: chunks are read from the database as it takes them.
    ///
    /// It keeps the object in memory as long as the client is connected, as every request does.
    /// Once the object is lost the response breaks off, and the client comes again.
    ///
    /// # Errors
    ///
    /// The name is not one.
    pub fn events(&self, from: Cursor) -> Result<Response> {
        store::check_name(self.name)?;
        let stored = store::find(self.instance, self.name)?;
        let mut response = Response::default();
        if !stored.is_open() && from.0 == stored.next {
            *response.status_mut() = StatusCode::NO_CONTENT;
            return Ok(response);
        }
        *response.body_mut() = self.body(from, Form::Events);
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("text/event-stream");
        headers.insert(header::CONTENT_TYPE, kind);
        let cache = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, cache);
        Ok(response)
    }

    /// A body with what comes after a cursor, and then with each chunk as it is committed, until
    /// the stream ends: for a public method to return, or as that of a response. It is a line of
    /// JSON for each, the same as a [socket](Self::follow) gets, and an empty one every 15 s.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// use actors_core::streams::{Chunk, Chunks};
    ///
    /// # #[actor] pub struct Conversation { }
    /// #[actor]
    /// impl Conversation {
    ///     pub fn answer(&self, ctx: &Ctx<Self>, from: Cursor) -> Body {
    ///         ctx.streams().named("answer").lines(from)
    ///     }
    /// }
    ///
    /// async fn print(env: &Env) -> Result<()> {
    ///     let body = Conversation::get(env, "a")?.answer(Cursor::START).await?;
    ///     let mut chunks = Chunks::<String>::new(body);
    ///     while let Some((_cursor, chunk)) = chunks.next().await? {
    ///         if let Chunk::Value(word) = chunk {
    ///             print!("{word}");
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn lines(&self, from: Cursor) -> Body {
        self.body(from, Form::Lines)
    }

    fn body(&self, from: Cursor, form: Form) -> Body {
        Live::of(self.instance).body(self.instance, self.name, from.0, form)
    }

    /// Removes all chunks but the last `keep`, and returns how many that were. A reader whose
    /// cursor was before them is told. Costs a row to write for each, and one.
    ///
    /// # Errors
    ///
    /// Those of the statements.
    pub fn trim(&self, keep: u64) -> Result<u64> {
        self.transaction(|| store::trim(self.instance, self.name, keep))
    }

    /// Removes the stream, and returns whether there was one. Who still reads it waits for what is
    /// appended to the next one of that name, whose cursors are higher. Costs a row to write for
    /// each chunk, and two.
    ///
    /// # Errors
    ///
    /// Those of the statements.
    pub fn delete(&self) -> Result<bool> {
        self.transaction(|| store::delete(self.instance, self.name))
    }

    fn changed(&self, after: u64) {
        let note = Note::Changed(self.name.to_owned(), after);
        Live::of(self.instance).note(self.instance, note);
    }

    /// Runs `body` in the open transaction, or in one of its own.
    pub(super) fn transaction<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        self.instance.transaction(body)
    }
}

/// A chunk as JSON, in which a value that JSON would change is an error.
fn text<T: Serialize + ?Sized>(chunk: &T) -> Result<String> {
    let mut text = Vec::new();
    json::write(&mut text, &chunk)
        .map_err(|error| Error::internal(format!("the chunk can't be stored: {error}")))?;
    String::from_utf8(text).map_err(|_| Error::internal("JSON is text"))
}

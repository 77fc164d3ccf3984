//! Durable streams: chunks in order, each with a cursor, kept in the actor's database. A client
//! that goes away and comes back gets what it has not seen, once, in order.
//!
//! [`Ctx::streams`](crate::Ctx::streams) has them:
//!
//! ```
//! # use actors_core::prelude::*;
//! # struct Model;
//! # impl Model {
//! #     fn ask(_: String) -> Self { Self }
//! #     async fn next(&mut self) -> Result<Option<String>> { Ok(None) }
//! # }
//! #[actor]
//! pub struct Conversation {}
//!
//! #[actor]
//! impl Conversation {
//!     /// Asks a model, whose words all who watch see as they come.
//!     pub async fn ask(&self, ctx: &Ctx<Self>, question: String) -> Result<()> {
//!         let answer = ctx.streams().named("answer");
//!         let mut model = Model::ask(question);
//!         while let Some(word) = model.next().await? {
//!             answer.append(&word)?;
//!         }
//!         answer.close()?;
//!         Ok(())
//!     }
//!
//!     /// What a page's `new EventSource("/conversations/a")` reads, also after a reload.
//!     #[on_request]
//!     fn watch(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
//!         ctx.streams().named("answer").events(Cursor::of(&request)?)
//!     }
//! }
//! ```
//!
//! It is read in five ways: as [server-sent events](Stream::events), over a
//! [web socket](Stream::follow), as a [body](Stream::lines) that a method returns, in
//! [pages](Stream::read), and by a Rust caller through [`Chunks`].
//!
//! # Guarantees
//!
//! - **What is read is committed.** A chunk of a transaction that fails is never seen, and its
//!   cursor is given to the next one.
//! - **Once, in order, without gaps.** Cursors grow by one from chunk to chunk, and the end of a
//!   stream has one, too. A reader that comes with the cursor of the last thing that it was told
//!   gets all that came after, be it after a reload, an eviction or a crash. Where a part of that
//!   is no longer [kept](Stream::trim), it is told so.
//! - **A cursor belongs to one chunk.** A stream that is deleted and begun again goes on with
//!   higher ones. Only [`Ctx::destroy`](crate::Ctx::destroy) forgets them, with all the rest.
//!
//! # Costs
//!
//! A chunk is one row to write and three to read, and a fraction of that in
//! [`append_all`](Stream::append_all); the first one of a stream is one row more, and its end one.
//! Each commit is read once for all sockets that follow, and once for each other reader: two rows
//! and the chunks. Whoever waits costs nothing.

mod attached;
mod body;
mod cursor;
mod follow;
mod form;
mod live;
mod received;
mod store;
mod stream;

pub use self::cursor::{Cursor, StreamState};
pub use self::received::{Chunk, Chunks};
pub use self::stream::{Page, Stream, StreamInfo, Streams};

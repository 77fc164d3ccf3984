//! Web sockets that follow streams: which ones is kept in their attachments.

use super::attached::{contains, line, names};
use super::cursor::Cursor;
use super::live::{Live, Note};
use super::store::check_name;
use super::stream::Stream;
use crate::error::Result;
use crate::sockets::raw::{self, RawSocket};
use crate::sockets::socket::{check_size, split};
use crate::sockets::{Admission, Socket};

impl<T> Admission<T> {
    /// Sends the socket a stream: all that comes after that cursor, as soon as the socket is open
    /// and after all greetings, and then each chunk as it is committed. See
    /// [`Stream::follow`](crate::streams::Stream::follow).
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor(sockets(path = "/ws"))] struct Chat { }
    /// # #[actor] impl Chat {
    /// #[on_connect]
    /// fn admit(&self, ctx: &Ctx<Self>, request: &Request) -> Result<Admission<()>> {
    ///     // A client that comes again with `?from=` and its last cursor gets the rest.
    ///     let from = Cursor::of(request)?;
    ///     Ok(Admission::new(()).follow(&ctx.streams().named("answer"), from))
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn follow(self, stream: &Stream<'_>, from: Cursor) -> Self {
        let (instance, name) = (stream.instance.clone(), stream.name.to_owned());
        self.follow_with(
            &line(&name),
            Box::new(move |socket| {
                Live::of(&instance).begin(&instance, socket.clone(), &name, from.0);
            }),
        )
    }
}

impl Stream<'_> {
    /// Sends a web socket this stream, from now on until it is closed, or
    /// [`unfollow`](Self::unfollow): all that comes after that cursor, as soon as the open
    /// transaction is committed, and then what each later commit appends.
    ///
    /// It gets each chunk as a JSON text, with the cursor to come again with should it be closed:
    ///
    /// ```json
    /// {"type":"stream","stream":"answer","cursor":7,"value":"Hello"}
    /// {"type":"stream","stream":"answer","cursor":8,"end":"closed"}
    /// {"type":"stream","stream":"answer","cursor":8,"end":{"failed":"the model is busy"}}
    /// {"type":"stream","stream":"answer","cursor":5,"trimmed":true}
    /// ```
    ///
    /// The last one says that what was between the socket's cursor and this one is no longer
    /// [kept](Self::trim); what is kept comes next.
    ///
    /// The socket may hibernate and the object be evicted: that it follows is kept in its
    /// attachment, which takes the name's length more of its 16,384 bytes. It costs no rows, and
    /// neither does following; a chunk is read once for all who follow, one row. A transaction
    /// that fails undoes it.
    ///
    /// The platform does not say how far a slow client is behind: what has been sent waits in the
    /// memory of the runtime. Have such a client read [events](Self::events), which are read from
    /// the database as fast as it takes them.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor(sockets(path = "/ws"))] struct Chat { }
    /// # #[actor] impl Chat {
    /// #[on_message]
    /// fn watch(&self, ctx: &Ctx<Self>, from: &Socket, answer: String, cursor: Cursor) -> Result<()> {
    ///     ctx.streams().named(&answer).follow(from, cursor)
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The attachment becomes too long, or the name is not one.
    pub fn follow<T>(&self, socket: &Socket<T>, from: Cursor) -> Result<()> {
        check_name(self.name)?;
        let live = Live::of(self.instance);
        // Before its attachment says so: it is told by itself.
        live.find_followers(self.instance);
        let (socket, name) = (socket.raw().clone(), self.name.to_owned());
        self.transaction(|| {
            change(&socket, |streams| {
                if !contains(streams, &name) {
                    streams.extend(line(&name));
                }
            })?;
            live.note(self.instance, Note::Follows(socket, name, from.0));
            Ok(())
        })
    }

    /// Ends what [`follow`](Self::follow) has begun. It costs no row.
    ///
    /// # Errors
    ///
    /// The socket is closed.
    pub fn unfollow<T>(&self, socket: &Socket<T>) -> Result<()> {
        let live = Live::of(self.instance);
        let (socket, name) = (socket.raw().clone(), self.name.to_owned());
        self.transaction(|| {
            change(&socket, |streams| {
                let others = names(streams).filter(|other| *other != name);
                *streams = others.flat_map(|other| line(&other)).collect();
            })?;
            live.note(self.instance, Note::Unfollows(socket, name));
            Ok(())
        })
    }
}

/// Changes which streams a socket follows, in the open transaction.
fn change(socket: &RawSocket, change: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
    let before = socket.attachment();
    let (json, streams) = split(&before);
    let mut streams = streams.to_vec();
    change(&mut streams);
    let bytes = [json, &streams].concat();
    check_size(&bytes)?;
    raw::attach(socket, before, &bytes)
}

//! Who reads an object's streams now, and is told of what transactions have appended, once that is
//! committed.
//!
//! A reader is a cursor and something that wakes it: it reads from the database. A web socket that
//! follows a stream has all that is committed, since each commit sends it the rest: so no cursor
//! is kept for it, and one that has hibernated is known by the name in its attachment.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use super::attached::followed;
use super::body::{Chunks, Reader, TOGETHER};
use super::form::{Form, messages};
use super::store::read;
use crate::error::Result;
use crate::instance::{Instance, Listener};
use crate::log;
use crate::platform::sleep;
use crate::request::Body;
use crate::sockets::raw::{Outgoing, RawSocket, Selection};
use crate::time::Duration;

/// How often a reader that waits is sent something.
const ALIVE: Duration = Duration::from_secs(15);

/// How many begin to follow before those that have gone are looked for.
const MANY: usize = 100;

/// What a transaction has done.
pub(super) enum Note {
    /// There is something to read in that stream, after that cursor.
    Changed(String, u64),
    /// The socket follows the stream, and had that cursor.
    Follows(RawSocket, String, u64),
    Unfollows(RawSocket, String),
}

/// The sockets that follow each stream.
type Followers = BTreeMap<String, Vec<RawSocket>>;

/// Who reads the streams of an object.
#[derive(Default)]
pub(super) struct Live {
    /// What the open transactions have done, and perhaps more that was rolled back.
    notes: RefCell<Vec<Note>>,
    readers: RefCell<Vec<Weak<Reader>>>,
    /// Read from the attachments when first needed.
    followers: RefCell<Option<Followers>>,
    /// How many have been added to them since.
    added: Cell<usize>,
    /// Whether something keeps the connections of the readers alive.
    is_ticking: Cell<bool>,
}

impl Live {
    /// That of an object.
    pub(super) fn of(instance: &Instance) -> &Self {
        let listener = instance.listener.get_or_init(|| Rc::<Self>::default());
        let listener: &dyn Any = &**listener;
        listener.downcast_ref().expect("it is the only listener")
    }

    /// Notes what the open transaction has done.
    pub(super) fn note(&self, instance: &Instance, note: Note) {
        let mut notes = self.notes.borrow_mut();
        // A rollback has left the rest behind.
        notes.truncate(instance.remembered().noted);
        notes.push(note);
        instance.remember(|remembered| remembered.noted = notes.len());
    }

    /// Reads the followers from the attachments of all sockets, if they are not known, or if many
    /// of them may have gone.
    pub(super) fn find_followers(&self, instance: &Instance) {
        // What the open transaction has attached is not so yet.
        if self.added.get() >= MANY && instance.remembered().noted == 0 {
            self.followers.take();
        }
        let mut followers = self.followers.borrow_mut();
        if followers.is_none() {
            self.added.set(0);
            let sockets = instance.platform().sockets(&Selection::default());
            followers.replace(by_stream(sockets));
        }
    }

    /// Sends a socket what it lacks, and then all that comes.
    pub(super) fn begin(&self, instance: &Instance, socket: RawSocket, name: &str, from: u64) {
        send(instance, name, from, &mut vec![socket.clone()]);
        if let Some(followers) = &mut *self.followers.borrow_mut() {
            let sockets = followers.entry(name.to_owned()).or_default();
            if !sockets.contains(&socket) {
                sockets.push(socket);
                self.added.update(|added| added + 1);
            }
        }
    }

    /// Tells all who read the stream that it goes on after that cursor.
    fn changed(&self, instance: &Instance, name: &str, after: u64) {
        for reader in self.readers.borrow().iter().filter_map(Weak::upgrade) {
            if reader.stream == name {
                reader.has_news();
            }
        }
        self.find_followers(instance);
        if let Some(followers) = &mut *self.followers.borrow_mut()
            && let Some(sockets) = followers.get_mut(name)
        {
            send(instance, name, after, sockets);
        }
    }

    fn act(&self, instance: &Instance, note: Note) {
        match note {
            Note::Changed(..) => {}
            Note::Follows(socket, name, from) => self.begin(instance, socket, &name, from),
            Note::Unfollows(socket, name) => {
                if let Some(followers) = &mut *self.followers.borrow_mut()
                    && let Some(sockets) = followers.get_mut(&name)
                {
                    sockets.retain(|other| *other != socket);
                }
            }
        }
    }

    /// A body that reads a stream from a cursor on.
    pub(super) fn body(&self, instance: &Rc<Instance>, name: &str, at: u64, form: Form) -> Body {
        let reader = Rc::new(Reader::new(name));
        let mut readers = self.readers.borrow_mut();
        readers.retain(|reader| reader.strong_count() > 0);
        readers.push(Rc::downgrade(&reader));
        if !self.is_ticking.replace(true) {
            instance.platform().spawn(Box::pin(tick(instance.clone())));
        }
        Body::stream(Chunks {
            instance: Rc::downgrade(instance),
            reader,
            form,
            at,
            has_ended: false,
        })
    }

    fn each_reader(&self, tell: impl Fn(&Reader)) {
        let readers = self.readers.borrow().clone();
        for reader in readers.iter().filter_map(Weak::upgrade) {
            tell(&reader);
        }
    }
}

/// Keeps the connections of the readers alive, as long as there are any.
async fn tick(instance: Rc<Instance>) {
    let live = Live::of(&instance);
    loop {
        sleep(instance.platform(), ALIVE).await;
        live.readers
            .borrow_mut()
            .retain(|reader| reader.strong_count() > 0);
        if live.readers.borrow().is_empty() {
            live.is_ticking.set(false);
            return;
        }
        live.each_reader(Reader::is_due);
    }
}

impl Listener for Live {
    fn committed(&self, instance: &Instance) {
        if instance.is_destroyed() {
            self.each_reader(Reader::is_lost);
        }
        let count = instance.remembered().noted;
        if count == 0 {
            return;
        }
        instance.remember(|remembered| remembered.noted = 0);
        let mut notes = self.notes.take();
        notes.truncate(count);
        for (name, after) in changes(&notes) {
            self.changed(instance, name, after);
        }
        notes.into_iter().for_each(|note| self.act(instance, note));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.each_reader(Reader::is_lost);
    }
}

/// The streams that have changed, each with the cursor after which it has.
fn changes(notes: &[Note]) -> BTreeMap<&str, u64> {
    let mut changes = BTreeMap::new();
    for note in notes {
        if let Note::Changed(name, after) = note {
            let first = changes.entry(&**name).or_insert(*after);
            *first = (*first).min(*after);
        }
    }
    changes
}

fn by_stream(sockets: Vec<RawSocket>) -> Followers {
    let mut followers = Followers::new();
    for socket in sockets {
        for name in followed(&socket.attachment()) {
            followers.entry(name).or_default().push(socket.clone());
        }
    }
    followers
}

/// Sends sockets what comes after a cursor. One that has gone is removed.
fn send(instance: &Instance, name: &str, from: u64, sockets: &mut Vec<RawSocket>) {
    if let Err(error) = send_all(instance, name, from, sockets) {
        log::error(&format!("the stream `{name}` can't be read: {error}"));
        // They come again with their cursors.
        for socket in sockets.drain(..) {
            let _ = socket.close(1011, "internal error");
        }
    }
}

fn send_all(
    instance: &Instance,
    name: &str,
    mut from: u64,
    sockets: &mut Vec<RawSocket>,
) -> Result<()> {
    loop {
        if sockets.is_empty() {
            return Ok(());
        }
        let part = read(instance, name, from, TOGETHER)?;
        for message in messages(name, &part, from)? {
            let message = Outgoing::Text(&message);
            sockets.retain(|socket| socket.send(message).is_ok());
        }
        from = part.at;
        if part.is_all {
            return Ok(());
        }
    }
}

//! Who waits for whom: the chain of turns that led to the current call.
//!
//! A call carries the turns that wait for it, as a hidden last argument or a request
//! header. A call that would wait for one of those fails at once, instead of waiting for
//! itself. Calls from JavaScript carry none; a forged chain can only hurt its sender.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write as _};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::wire::Packed;

/// The prefix of the hidden argument.
const MARK: &str = "\0actors:calls:";
/// The header of a request that one actor sends to another.
const HEADER: HeaderName = HeaderName::from_static("x-actors-calls");
/// How many turns are carried along: the last ones of a longer chain.
const MAX_LINKS: usize = 32;
/// How much of a name is carried along, in bytes.
const MAX_NAME: usize = 100;
/// The longest text of a chain, with three bytes for each byte of a name.
const MAX_TEXT: usize = MAX_LINKS * (4 * MAX_NAME + 100);

/// Which actor a turn belongs to.
pub(crate) struct Identity {
    pub(crate) actor: &'static str,
    pub(crate) id: String,
    /// The start of its name, or of its id if it has none.
    label: String,
}

impl Identity {
    pub(crate) fn new(actor: &'static str, id: String, name: Option<String>) -> Self {
        let start = |text: &str, most| {
            let start = text.get(..text.floor_char_boundary(most));
            start.unwrap_or_default().to_owned()
        };
        let label = match &name {
            Some(name) => start(name, MAX_NAME),
            None => start(&id, 8),
        };
        Self { actor, id, label }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.actor, quoted(&self.label))
    }
}

/// The turns that wait for a call, the outermost first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain(Vec<Link>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    actor: String,
    label: String,
    turn: u64,
}

impl Chain {
    pub(crate) fn turns(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|link| link.turn)
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        for Link { actor, label, turn } in &self.0 {
            let plain = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
            let _ = write!(text, "{}/{}/{turn},", plain(actor), plain(label));
        }
        text
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let links = text.split_terminator(',').map(Link::from_text);
        let links = links.collect::<Option<Vec<_>>>()?;
        (links.len() <= MAX_LINKS).then_some(Self(links))
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Link { actor, label, .. } in &self.0 {
            write!(f, "{actor} {} → ", quoted(label))?;
        }
        Ok(())
    }
}

/// The text in quotes, as `Debug` shows all but the rarest characters: that has tables of what is
/// printable.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars() {
        if char.is_control() {
            let _ = write!(quoted, "\\u{{{:x}}}", u32::from(char));
            continue;
        }
        if matches!(char, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    quoted
}

impl Link {
    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let mut plain = || {
            let text = percent_decode_str(parts.next()?).decode_utf8().ok()?;
            Some(text.into_owned())
        };
        let (actor, label) = (plain()?, plain()?);
        let turn = parts.next()?.parse().ok()?;
        let is_all = parts.next().is_none();
        is_all.then_some(Self { actor, label, turn })
    }
}

/// Removes the chain from the arguments of a call.
pub(crate) fn take_argument(values: &mut Packed) -> Option<Rc<Chain>> {
    let chain = marked(values)?;
    values.pop_bytes();
    (!chain.0.is_empty()).then(|| Rc::new(chain))
}

/// Removes the chain from a request.
pub(crate) fn take_header(headers: &mut HeaderMap) -> Option<Rc<Chain>> {
    let value = headers.remove(HEADER)?;
    Chain::from_text(value.to_str().ok()?).map(Rc::new)
}

/// Adds the turns that will wait for a call to its arguments.
pub(crate) fn add_argument(values: &mut Packed) {
    let chain = match current() {
        Some(chain) => chain.to_text(),
        // So that a user's value is not mistaken for a chain.
        None if marked(values).is_some() => String::new(),
        None => return,
    };
    values.push_bytes(format!("{MARK}{chain}").as_bytes());
}

/// The chain in the last argument. It is bytes, which text or JSON from outside never
/// becomes.
fn marked(values: &Packed) -> Option<Chain> {
    let text = std::str::from_utf8(values.last_bytes()?).ok()?;
    Chain::from_text(text.strip_prefix(MARK)?)
}

/// Adds the turns that will wait for a request to its headers.
pub(crate) fn add_header(headers: &mut HeaderMap) {
    headers.remove(HEADER);
    if let Some(chain) = current()
        && let Ok(value) = HeaderValue::try_from(chain.to_text())
    {
        headers.insert(HEADER, value);
    }
}

/// A turn that may call others.
pub(crate) struct Caller {
    pub(crate) identity: Rc<Identity>,
    /// Its unique number.
    pub(crate) turn: u64,
    /// The turns that wait for it.
    from: Option<Rc<Chain>>,
}

impl Caller {
    pub(crate) fn new(identity: &Rc<Identity>, from: Option<Rc<Chain>>) -> Self {
        Self {
            identity: identity.clone(),
            turn: next_turn(),
            from,
        }
    }

    /// The turns that wait for what it calls.
    fn chain(&self) -> Chain {
        let before = self.from.as_ref().map_or(&[][..], |from| &from.0);
        let mut links = before[before.len().saturating_sub(MAX_LINKS - 1)..].to_vec();
        links.push(Link {
            actor: self.identity.actor.to_owned(),
            label: self.identity.label.clone(),
            turn: self.turn,
        });
        Chain(links)
    }
}

thread_local! {
    /// The turn whose handler is being polled.
    static CURRENT: RefCell<Option<Rc<Caller>>> = const { RefCell::new(None) };
    static NEXT_TURN: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Numbers turns from `first` on, unless one is numbered already: a random start, since a
/// restarted isolate counts again.
pub(crate) fn count_from(first: impl FnOnce() -> u64) {
    if NEXT_TURN.get().is_none() {
        NEXT_TURN.set(Some(first()));
    }
}

fn next_turn() -> u64 {
    let turn = NEXT_TURN.get().unwrap_or_default();
    NEXT_TURN.set(Some(turn + 1));
    turn
}

/// Whether the handler being polled belongs to that actor.
pub(crate) fn is_current(actor: &str, id: impl FnOnce() -> Option<String>) -> bool {
    CURRENT.with_borrow(|current| {
        let identity = current.as_ref().map(|current| &current.identity);
        identity.is_some_and(|own| own.actor == actor && id().is_some_and(|id| id == own.id))
    })
}

fn current() -> Option<Chain> {
    caller().map(|current| current.chain())
}

/// The turn whose handler is being polled.
pub(crate) fn caller() -> Option<Rc<Caller>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Polls a handler as that turn, so that its calls carry the turn.
pub(crate) async fn within<T>(caller: &Rc<Caller>, handler: impl Future<Output = T>) -> T {
    let mut handler = pin!(handler);
    poll_fn(|cx| {
        let _outer = Outer(CURRENT.replace(Some(caller.clone())));
        handler.as_mut().poll(cx)
    })
    .await
}

/// The turn that was current before; restored when the handler has been polled or has panicked.
struct Outer(Option<Rc<Caller>>);

impl Drop for Outer {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

thread_local! {
    /// The alarm whose handler is being polled, for finding out which one has panicked.
    static ALARM: RefCell<Option<AlarmAtWork>> = const { RefCell::new(None) };
}

/// An alarm whose handler is being polled.
#[derive(Clone)]
pub(crate) struct AlarmAtWork {
    /// The id of its object.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker learns of a panic from outside")
    )]
    pub(crate) object: Rc<str>,
    pub(crate) alarm: i64,
}

/// Notes that the handler of that alarm is being polled, until what this returns is dropped.
pub(crate) fn begin_alarm(alarm: AlarmAtWork) -> UntilDone {
    ALARM.set(Some(alarm));
    UntilDone
}

/// The alarm whose handler has just panicked, if it was one.
pub(crate) fn panicked_alarm() -> Option<AlarmAtWork> {
    ALARM.take()
}

/// See [`begin_alarm`].
pub(crate) struct UntilDone;

impl Drop for UntilDone {
    fn drop(&mut self) {
        // After a panic, `panicked_alarm` takes it.
        if !std::thread::panicking() {
            ALARM.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::wire::Packer;

    fn link(label: &str, turn: u64) -> Link {
        let actor = "Room".to_owned();
        let label = label.to_owned();
        Link { actor, label, turn }
    }

    #[test]
    fn a_chain_is_read_as_it_was_written() {
        let labels = ["attic", "", "a/b,c", "naïve 🦀 \0\"", "%2F"];
        let chain = Chain(
            (0..)
                .zip(labels)
                .map(|(turn, label)| link(label, turn))
                .collect(),
        );
        let text = chain.to_text();
        assert!(text.is_ascii(), "{text}");
        assert_eq!(Chain::from_text(&text), Some(chain));
        let longest = vec![link(&"🦀".repeat(MAX_NAME / 4), u64::MAX); MAX_LINKS];
        let text = Chain(longest).to_text();
        assert!(Chain::from_text(&text).is_some(), "{} bytes", text.len());
    }

    #[test]
    fn what_is_no_chain_is_none() {
        let long = "Room/a/1,".repeat(MAX_LINKS + 1);
        let wrong = [
            "x",
            "Room/a/1/2",
            "Room/a/-1",
            "Room/a/x",
            "Room/%ff/1",
            ",",
            &long,
        ];
        for text in wrong {
            assert_eq!(Chain::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_last_argument_is_taken_off_and_only_if_it_is_marked() {
        let pack = |values: &[&dyn Fn(&mut Packer)]| {
            let mut packer = Packer::default();
            values.iter().for_each(|add| add(&mut packer));
            packer.finish()
        };
        let null = |packer: &mut Packer| packer.add(&()).unwrap();
        let text = |packer: &mut Packer| packer.add(&format!("{MARK}Room/a/1,")).unwrap();
        let marked = |text: &'static str| {
            let bytes = Bytes::from(format!("{MARK}{text}"));
            move |packer: &mut Packer| packer.add(&bytes).unwrap()
        };
        let taken = |mut values: Packed| {
            let chain = take_argument(&mut values);
            (chain.map_or(0, |chain| chain.0.len()), values.count())
        };
        assert_eq!(taken(Packed::default()), (0, 0));
        assert_eq!(taken(pack(&[&text])), (0, 1));
        assert_eq!(taken(pack(&[&marked("Room/a/1,"), &null])), (0, 2));
        assert_eq!(taken(pack(&[&null, &marked("Room/a/1,User/b/2,")])), (2, 1));
        assert_eq!(taken(pack(&[&null, &marked("")])), (0, 1));
        assert_eq!(taken(pack(&[&null, &marked("nonsense")])), (0, 2));
        assert_eq!(taken(pack(&[&null, &text])), (0, 2));
        let mut values = pack(&[&marked("Room/a/1,")]);
        add_argument(&mut values);
        assert_eq!(
            taken(values),
            (0, 1),
            "a value that looks like a chain stays one"
        );
    }
}

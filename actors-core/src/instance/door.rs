//! How an event comes to its turn: past the gate, or told that it never will.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use crate::error::{Error, ErrorKind, Result};
use crate::log;
use crate::platform::Platform;
use crate::time::{Duration, Timestamp};
use crate::turn::current::{Caller, Chain, Identity};
use crate::turn::gate::{Access, AtWork, Gate, Permit};

/// Where an event comes from.
#[derive(Clone, Default)]
pub(crate) struct Origin {
    /// What it does, in the user's words.
    pub(crate) what: &'static str,
    /// The turns that wait for it.
    pub(crate) chain: Option<Rc<Chain>>,
    /// Whether somebody waits for what it comes to, and is told if its time does not come.
    pub(crate) is_awaited: bool,
}

/// What an event of an object has to pass.
pub(crate) struct Door<'a> {
    pub(crate) gate: &'a Gate,
    pub(crate) identity: &'a Rc<Identity>,
    pub(crate) platform: &'a dyn Platform,
    /// How long an event waits that is awaited.
    pub(crate) wait: Duration,
}

impl Door<'_> {
    /// Begins a turn as soon as it is its time.
    ///
    /// # Errors
    ///
    /// A turn that waits for this one is in its way, or its time has not come.
    pub(crate) async fn pass(
        &self,
        access: Access,
        origin: &Origin,
    ) -> Result<(Permit, Rc<Caller>)> {
        let mut permit = match self.gate.try_enter(access) {
            Some(permit) => permit,
            None => self.wait(access, origin).await?,
        };
        let caller = Caller::new(self.identity, origin.chain.clone());
        permit.works(AtWork {
            turn: caller.turn,
            what: origin.what,
            since: self.platform.now(),
            logged: None,
        });
        Ok((permit, Rc::new(caller)))
    }

    async fn wait(&self, access: Access, origin: &Origin) -> Result<Permit> {
        let mut turns = origin.chain.iter().flat_map(|chain| chain.turns());
        if let Some(waits) = turns.find_map(|turn| self.gate.at_work(turn)) {
            let permit = self.gate.join(access);
            return permit.ok_or_else(|| self.deadlock(origin, waits, None));
        }
        if let Some(chain) = &origin.chain
            && let Some((turn, other)) = circle(self.gate, chain)
        {
            let waits = self.gate.at_work(turn).unwrap_or_default();
            return Err(self.deadlock(origin, waits, Some(&other)));
        }
        let _waited = origin.chain.is_some().then(|| Waited::new(self.gate));
        let mut entering = pin!(self.gate.enter_from(access, origin.chain.clone()));
        let mut span = self.wait;
        loop {
            let mut over = pin!(self.sleep(span));
            let permit = poll_fn(|cx| match entering.as_mut().poll(cx) {
                Poll::Ready(permit) => Poll::Ready(Some(permit)),
                Poll::Pending => over.as_mut().poll(cx).map(|()| None),
            });
            if let Some(permit) = permit.await {
                return Ok(permit);
            }
            let busy = self.busy(origin, span);
            if origin.is_awaited {
                return Err(busy);
            }
            span = span.saturating_mul(2);
        }
    }

    async fn sleep(&self, span: Duration) {
        let end: Timestamp = self.platform.now() + span;
        while self.platform.now() < end {
            let left = end.since(self.platform.now());
            self.platform.sleep(left).await;
        }
    }

    /// What `waits` names waits for this turn, itself or in the end, and this one would wait
    /// for it.
    fn deadlock(&self, origin: &Origin, waits: &str, other: Option<&Chain>) -> Error {
        let (what, own) = (origin.what, self.identity);
        let chain = origin.chain.as_deref().map(Chain::to_string);
        let other = other
            .map(|other| format!(" by way of {other}…"))
            .unwrap_or_default();
        let message = format!(
            "{}{own}: `{what}` would wait for `{waits}`, which waits for it{other}, for ever: hand \
             over what is needed as an argument, or call back with a `&self` method while a \
             `&self` method waits, or later, from an alarm",
            chain.unwrap_or_default(),
        );
        Error::new(ErrorKind::Deadlock, message)
    }

    /// A turn whose time has not come; the log is told whose fault that is.
    fn busy(&self, origin: &Origin, span: Duration) -> Error {
        let (what, own) = (origin.what, self.identity);
        let found = self.gate.longest(self.platform.now(), self.wait);
        let works = match found {
            Some((works, since, _)) => format!("`{works}` has been at work for {}", humane(since)),
            None => "others were at work".to_owned(),
        };
        if let Some((.., true)) = found {
            let waiting = self.gate.waiting();
            log::error(&format!(
                "{own}: {works}, and {waiting} wait for their turn"
            ));
        }
        let message = format!(
            "{own}: `{what}` has not begun, and will not, after {}: {works} (how long a turn is \
             waited for is said with `#[actor(wait = \"30s\")]`)",
            humane(span)
        );
        Error::new(ErrorKind::Busy, message)
    }
}

thread_local! {
    /// The gates at which calls of this isolate's turns wait.
    static WAITED: RefCell<Vec<Gate>> = const { RefCell::new(Vec::new()) };
}

/// A call that waits at a gate, which is known until this is dropped.
struct Waited<'a>(&'a Gate);

impl<'a> Waited<'a> {
    fn new(gate: &'a Gate) -> Self {
        WAITED.with_borrow_mut(|gates| gates.push(gate.clone()));
        Self(gate)
    }
}

impl Drop for Waited<'_> {
    fn drop(&mut self) {
        WAITED.with_borrow_mut(|gates| {
            let own = gates.iter().position(|gate| gate.is(self.0));
            own.map(|own| gates.swap_remove(own));
        });
    }
}

/// The turn at this gate that waits for one of those in the chain in the end, and by which
/// way: as far as this isolate knows, which has not all objects in it.
fn circle(gate: &Gate, chain: &Chain) -> Option<(u64, Rc<Chain>)> {
    WAITED.with_borrow(|gates| {
        let mut blocked: Vec<(u64, u64)> = gate.turns().iter().map(|&turn| (turn, turn)).collect();
        let mut next = 0;
        while let Some(&(first, turn)) = blocked.get(next) {
            next += 1;
            for gate in gates {
                let Some(way) = gate.keeps_waiting(turn) else {
                    continue;
                };
                for held in gate.turns() {
                    if chain.turns().any(|own| own == held) {
                        return Some((first, way));
                    }
                    if !blocked.iter().any(|(_, known)| *known == held) {
                        blocked.push((first, held));
                    }
                }
            }
        }
        None
    })
}

/// A span of time, as it is read.
fn humane(span: Duration) -> String {
    match span.as_secs() {
        0 => format!("{} ms", span.as_millis()),
        seconds => format!("{seconds} s"),
    }
}

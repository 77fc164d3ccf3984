//! How an event gets its turn: it passes the gate, or fails if it can't.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use crate::error::{Error, ErrorKind, Result};
use crate::log;
use crate::platform::{Platform, sleep};
use crate::time::{Duration, human};
use crate::turn::current::{Caller, Chain, Identity};
use crate::turn::gate::{Access, AtWork, Gate, Permit};

/// Where an event comes from.
#[derive(Clone, Default)]
pub(crate) struct Origin {
    /// The name of its handler.
    pub(crate) what: &'static str,
    /// The turns that wait for it.
    pub(crate) chain: Option<Rc<Chain>>,
    /// Whether somebody waits for its outcome, and gets an error if it waits too long.
    pub(crate) is_awaited: bool,
}

/// What an event of an object has to pass before its turn begins.
pub(crate) struct Door<'a> {
    pub(crate) gate: &'a Gate,
    pub(crate) identity: &'a Rc<Identity>,
    pub(crate) platform: &'a dyn Platform,
    /// How long an awaited event waits for its turn.
    pub(crate) wait: Duration,
}

impl Door<'_> {
    /// Begins a turn as soon as the gate allows.
    ///
    /// # Errors
    ///
    /// A turn that waits for this one blocks it, or it has waited too long.
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
            && let Some((turn, other)) = cycle(self.gate, chain)
        {
            let waits = self.gate.at_work(turn).unwrap_or_default();
            return Err(self.deadlock(origin, waits, Some(&other)));
        }
        let _waited = origin.chain.is_some().then(|| Waited::new(self.gate));
        let mut entering = pin!(self.gate.enter_from(access, origin.chain.clone()));
        let mut span = self.wait;
        loop {
            let mut over = pin!(sleep(self.platform, span));
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

    /// The turn `waits` waits for this one, directly or by way of others, and this one would
    /// wait for it.
    fn deadlock(&self, origin: &Origin, waits: &str, other: Option<&Chain>) -> Error {
        let (what, own) = (origin.what, self.identity);
        let chain = origin.chain.as_deref().map(Chain::to_string);
        let other = other
            .map(|other| format!(" by way of {other}…"))
            .unwrap_or_default();
        let message = format!(
            "{}{own}: `{what}` would wait forever for `{waits}`, which waits for it{other}: pass \
             what is \
             needed as an argument, or call back with a `&self` method while a `&self` method \
             waits, or later, from an alarm",
            chain.unwrap_or_default(),
        );
        Error::new(ErrorKind::Deadlock, message)
    }

    /// A turn that has waited too long; the turn that blocks it is logged.
    fn busy(&self, origin: &Origin, span: Duration) -> Error {
        let (what, own) = (origin.what, self.identity);
        let found = self.gate.longest(self.platform.now(), self.wait);
        let works = match found {
            Some((works, since, _)) => format!("`{works}` has been running for {}", human(since)),
            None => "others were running".to_owned(),
        };
        if let Some((.., true)) = found {
            let waiting = self.gate.waiting();
            log::error(&format!("{own}: {works}, {waiting} turns are waiting"));
        }
        let message = format!(
            "{own}: `{what}` gave up after waiting {} for its turn: {works} (set how long with \
             `#[actor(wait = \"30s\")]`)",
            human(span)
        );
        Error::new(ErrorKind::Busy, message)
    }
}

thread_local! {
    /// The gates at which calls made by this isolate's turns are waiting.
    static WAITED: RefCell<Vec<Gate>> = const { RefCell::new(Vec::new()) };
}

/// A call that waits at a gate; registered until this is dropped.
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

/// The turn at this gate that waits, in the end, for one in the chain, and its path there.
/// Only cycles among this isolate's objects can be found.
fn cycle(gate: &Gate, chain: &Chain) -> Option<(u64, Rc<Chain>)> {
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

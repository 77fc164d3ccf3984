//! The gate that every event of an actor passes.
//!
//! Each event is a turn. An exclusive turn (`&mut self`) runs alone, shared turns (`&self`)
//! run concurrently. Turns begin in order of arrival, so that neither kind starves the
//! other.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::current::Chain;
use crate::time::{Duration, Timestamp};

/// How a turn uses the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Alone: `&mut self`.
    Exclusive,
    /// Concurrently with other shared turns: `&self`.
    Shared,
}

/// The gate of one actor.
#[derive(Clone, Default)]
pub(crate) struct Gate(Rc<Turns>);

#[derive(Default)]
struct Turns {
    awake: Cell<bool>,
    running: Cell<Running>,
    waiting: RefCell<VecDeque<Rc<Waiting>>>,
    /// The running turns that may be waiting for something.
    at_work: RefCell<Vec<AtWork>>,
}

/// A running turn that may be waiting for something.
pub(crate) struct AtWork {
    /// Its unique number.
    pub(crate) turn: u64,
    /// The name of its handler.
    pub(crate) what: &'static str,
    pub(crate) since: Timestamp,
    /// When its duration was last logged.
    pub(crate) logged: Option<Timestamp>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Running {
    #[default]
    Nothing,
    Alone,
    Together(usize),
}

struct Waiting {
    access: Access,
    admitted: Cell<bool>,
    waker: RefCell<Waker>,
    /// The turns that wait for this one.
    chain: Option<Rc<Chain>>,
}

/// A turn that is running; it ends when this is dropped.
pub(crate) struct Permit {
    gate: Gate,
    access: Access,
    turn: Option<u64>,
}

impl Gate {
    /// Begins a turn if it can begin at once.
    pub(crate) fn try_enter(&self, access: Access) -> Option<Permit> {
        let free = self.0.waiting.borrow().is_empty() && self.0.admit(access);
        free.then(|| self.permit(access))
    }

    /// Begins a shared turn alongside those that run, ahead of those that wait, if shared
    /// turns are running.
    pub(crate) fn join(&self, access: Access) -> Option<Permit> {
        match self.0.running.get() {
            Running::Together(_) if access == Access::Shared && self.0.admit(access) => {
                Some(self.permit(access))
            }
            _ => None,
        }
    }

    /// Begins a turn as soon as it can.
    pub(crate) async fn enter(&self, access: Access) -> Permit {
        self.enter_from(access, None).await
    }

    /// The same, for a turn that those in the chain wait for.
    pub(crate) async fn enter_from(&self, access: Access, chain: Option<Rc<Chain>>) -> Permit {
        if let Some(permit) = self.try_enter(access) {
            return permit;
        }
        let waiting = Rc::new(Waiting {
            access,
            admitted: Cell::new(false),
            waker: RefCell::new(Waker::noop().clone()),
            chain,
        });
        self.0.waiting.borrow_mut().push_back(waiting.clone());
        let mut place = Place {
            gate: self,
            waiting: Some(waiting),
        };
        poll_fn(|cx| match &place.waiting {
            Some(waiting) if !waiting.admitted.get() => {
                waiting.waker.borrow_mut().clone_from(cx.waker());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
        place.waiting = None;
        self.permit(access)
    }

    /// Whether a turn has woken the actor.
    pub(crate) fn is_awake(&self) -> bool {
        self.0.awake.get()
    }

    /// The turns that are running.
    pub(crate) fn turns(&self) -> Vec<u64> {
        let at_work = self.0.at_work.borrow();
        at_work.iter().map(|at_work| at_work.turn).collect()
    }

    /// The chain through which that turn waits for one that is queued here, if it does.
    pub(crate) fn keeps_waiting(&self, turn: u64) -> Option<Rc<Chain>> {
        let waiting = self.0.waiting.borrow();
        let chains = waiting.iter().filter_map(|waiting| waiting.chain.as_ref());
        let mut found = chains.filter(|chain| chain.turns().any(|waits| waits == turn));
        found.next().cloned()
    }

    /// The handler of that turn, if it is running.
    pub(crate) fn at_work(&self, turn: u64) -> Option<&'static str> {
        let at_work = self.0.at_work.borrow();
        let found = at_work.iter().find(|at_work| at_work.turn == turn);
        found.map(|at_work| at_work.what)
    }

    /// The longest running turn: its handler, for how long it has run, and whether that is
    /// due to be logged (`silence` since it was last).
    pub(crate) fn longest(
        &self,
        now: Timestamp,
        silence: Duration,
    ) -> Option<(&'static str, Duration, bool)> {
        let mut at_work = self.0.at_work.borrow_mut();
        let first = at_work.first_mut()?;
        let is_news = now.since(first.logged.unwrap_or(first.since)) >= silence;
        if is_news {
            first.logged = Some(now);
        }
        Some((first.what, now.since(first.since), is_news))
    }

    /// Whether both are the same gate.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// How many turns wait.
    pub(crate) fn waiting(&self) -> usize {
        self.0.waiting.borrow().len()
    }

    /// Notes that the actor is no longer in memory: the next turn wakes it.
    pub(crate) fn slept(&self) {
        self.0.awake.set(false);
    }

    fn permit(&self, access: Access) -> Permit {
        Permit {
            gate: self.clone(),
            access,
            turn: None,
        }
    }
}

impl Turns {
    /// Counts the turn as running if it can run now, and returns whether it can.
    fn admit(&self, access: Access) -> bool {
        let access = if self.awake.get() {
            access
        } else {
            Access::Exclusive
        };
        let next = match (self.running.get(), access) {
            (Running::Nothing, Access::Exclusive) => Running::Alone,
            (Running::Nothing, Access::Shared) => Running::Together(1),
            (Running::Together(count), Access::Shared) => Running::Together(count + 1),
            _ => return false,
        };
        self.running.set(next);
        true
    }

    fn leave(&self) {
        self.running.set(match self.running.get() {
            Running::Together(count) if count > 1 => Running::Together(count - 1),
            _ => Running::Nothing,
        });
        self.admit_waiting();
    }

    fn admit_waiting(&self) {
        loop {
            let next = self.waiting.borrow().front().cloned();
            match next {
                Some(next) if self.admit(next.access) => {
                    self.waiting.borrow_mut().pop_front();
                    next.admitted.set(true);
                    next.waker.borrow().wake_by_ref();
                }
                _ => return,
            }
        }
    }
}

impl Permit {
    /// Records what the turn does.
    pub(crate) fn works(&mut self, at_work: AtWork) {
        self.turn = Some(at_work.turn);
        self.gate.0.at_work.borrow_mut().push(at_work);
    }

    /// Notes that this turn has woken the actor: others may join it if it is shared.
    pub(crate) fn woke(&self) {
        self.gate.0.awake.set(true);
        if self.access == Access::Shared {
            self.gate.0.running.set(Running::Together(1));
            self.gate.0.admit_waiting();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(turn) = self.turn {
            let mut at_work = self.gate.0.at_work.borrow_mut();
            at_work.retain(|at_work| at_work.turn != turn);
        }
        self.gate.0.leave();
    }
}

/// A turn's place in the queue, given up if the turn is dropped before it runs.
struct Place<'a> {
    gate: &'a Gate,
    waiting: Option<Rc<Waiting>>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        if waiting.admitted.get() {
            self.gate.0.leave();
        } else {
            self.gate
                .0
                .waiting
                .borrow_mut()
                .retain(|other| !Rc::ptr_eq(other, &waiting));
            self.gate.0.admit_waiting();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::Context;

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// The gate of an actor that is awake.
    fn awake() -> Gate {
        let gate = Gate::default();
        gate.try_enter(Access::Exclusive)
            .expect("the gate is free")
            .woke();
        gate
    }

    #[test]
    fn exclusive_turns_run_alone() {
        let gate = awake();
        let first = gate.try_enter(Access::Exclusive).expect("the gate is free");
        assert!(gate.try_enter(Access::Exclusive).is_none());
        assert!(gate.try_enter(Access::Shared).is_none());
        drop(first);
        assert!(gate.try_enter(Access::Exclusive).is_some());
    }

    #[test]
    fn shared_turns_run_together_but_not_past_one_that_waits() {
        let gate = awake();
        let first = gate.try_enter(Access::Shared).expect("the gate is free");
        let second = gate
            .try_enter(Access::Shared)
            .expect("shared turns overlap");
        let mut alone = pin!(gate.enter(Access::Exclusive));
        assert!(poll(alone.as_mut()).is_pending());
        assert!(
            gate.try_enter(Access::Shared).is_none(),
            "a later turn must not overtake"
        );
        drop(first);
        assert!(poll(alone.as_mut()).is_pending());
        drop(second);
        assert!(poll(alone.as_mut()).is_ready());
    }

    #[test]
    fn a_shared_turn_is_joined_past_one_that_waits() {
        let gate = awake();
        assert!(gate.join(Access::Shared).is_none(), "there is none to join");
        let first = gate.try_enter(Access::Shared).expect("the gate is free");
        let mut alone = pin!(gate.enter(Access::Exclusive));
        assert!(poll(alone.as_mut()).is_pending());
        assert!(gate.join(Access::Exclusive).is_none());
        let second = gate.join(Access::Shared).expect("the first is shared");
        drop(first);
        assert!(poll(alone.as_mut()).is_pending());
        drop(second);
        assert!(poll(alone.as_mut()).is_ready());
        let _alone = gate.try_enter(Access::Exclusive);
        assert!(gate.join(Access::Shared).is_none());
    }

    #[test]
    fn turns_begin_in_the_order_of_arrival() {
        let gate = awake();
        let running = gate.try_enter(Access::Exclusive).expect("the gate is free");
        let mut first = pin!(gate.enter(Access::Shared));
        let mut second = pin!(gate.enter(Access::Exclusive));
        let mut third = pin!(gate.enter(Access::Shared));
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(third.as_mut()).is_pending());
        drop(running);
        let Poll::Ready(permit) = poll(first.as_mut()) else {
            panic!("the first is next")
        };
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(third.as_mut()).is_pending());
        drop(permit);
        let Poll::Ready(permit) = poll(second.as_mut()) else {
            panic!("then the second")
        };
        assert!(poll(third.as_mut()).is_pending());
        drop(permit);
        assert!(poll(third.as_mut()).is_ready());
    }

    #[test]
    fn a_turn_that_is_dropped_while_it_waits_holds_nobody_up() {
        let gate = awake();
        let running = gate.try_enter(Access::Shared).expect("the gate is free");
        {
            let mut given_up = pin!(gate.enter(Access::Exclusive));
            assert!(poll(given_up.as_mut()).is_pending());
        }
        assert!(gate.try_enter(Access::Shared).is_some());
        drop(running);
    }

    #[test]
    fn a_turn_that_is_dropped_when_admitted_leaves() {
        let gate = awake();
        let running = gate.try_enter(Access::Exclusive).expect("the gate is free");
        {
            let mut given_up = pin!(gate.enter(Access::Exclusive));
            assert!(poll(given_up.as_mut()).is_pending());
            drop(running);
        }
        assert!(gate.try_enter(Access::Exclusive).is_some());
    }

    #[test]
    fn the_shared_turns_that_wait_for_the_wake_then_run_together() {
        let gate = Gate::default();
        let first = gate.try_enter(Access::Shared).expect("the gate is free");
        let mut second = pin!(gate.enter(Access::Shared));
        let mut alone = pin!(gate.enter(Access::Exclusive));
        assert!(
            poll(second.as_mut()).is_pending(),
            "the first turn is waking the actor"
        );
        assert!(poll(alone.as_mut()).is_pending());
        first.woke();
        assert!(poll(second.as_mut()).is_ready());
        assert!(poll(alone.as_mut()).is_pending());
    }

    #[test]
    fn a_turn_that_fails_to_wake_the_actor_leaves_it_to_the_next() {
        let gate = Gate::default();
        drop(gate.try_enter(Access::Shared).expect("the gate is free"));
        assert!(!gate.is_awake());
        let _second = gate
            .try_enter(Access::Shared)
            .expect("the gate is free again");
        assert!(
            gate.try_enter(Access::Shared).is_none(),
            "it is waking the actor"
        );
    }
}

//! The gate that every event of an actor passes.
//!
//! An event is a turn. An exclusive turn (`&mut self`) runs alone, shared turns
//! (`&self`) run beside each other; turns begin in the order of their arrival,
//! so that neither kind starves the other.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// How a turn uses the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Alone: `&mut self`.
    Exclusive,
    /// Beside other shared turns: `&self`.
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
}

/// A turn that is running; it ends when this is dropped.
pub(crate) struct Permit {
    gate: Gate,
    access: Access,
}

impl Gate {
    /// Begins a turn if nothing is in its way.
    pub(crate) fn try_enter(&self, access: Access) -> Option<Permit> {
        let free = self.0.waiting.borrow().is_empty() && self.0.admit(access);
        free.then(|| self.permit(access))
    }

    /// Begins a turn as soon as it is its time.
    pub(crate) async fn enter(&self, access: Access) -> Permit {
        if let Some(permit) = self.try_enter(access) {
            return permit;
        }
        let waiting = Rc::new(Waiting {
            access,
            admitted: Cell::new(false),
            waker: RefCell::new(Waker::noop().clone()),
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

    /// Begins a turn beside shared ones that are running, as a part of one of them: past
    /// those that wait.
    pub(crate) fn join(&self) -> Option<Permit> {
        let Running::Together(count) = self.0.running.get() else {
            return None;
        };
        self.0.running.set(Running::Together(count + 1));
        Some(self.permit(Access::Shared))
    }

    /// Whether a turn has woken the actor.
    pub(crate) fn is_awake(&self) -> bool {
        self.0.awake.get()
    }

    /// Says that the actor is no longer in memory: the next turn wakes it.
    pub(crate) fn slept(&self) {
        self.0.awake.set(false);
    }

    fn permit(&self, access: Access) -> Permit {
        Permit {
            gate: self.clone(),
            access,
        }
    }
}

impl Turns {
    /// Counts the turn as running, if it can run now.
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
    /// Says that this turn has woken the actor: others may join it if it is shared.
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
        self.gate.0.leave();
    }
}

/// A turn's place in the queue, given up when the turn is dropped before it ran.
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
    fn a_part_of_a_shared_turn_keeps_others_waiting_and_does_not_wait_for_them() {
        let gate = awake();
        assert!(gate.join().is_none(), "no turn runs");
        let turn = gate.try_enter(Access::Shared).expect("the gate is free");
        let mut alone = pin!(gate.enter(Access::Exclusive));
        assert!(poll(alone.as_mut()).is_pending());
        let part = gate.join().expect("a shared turn runs");
        drop(turn);
        assert!(poll(alone.as_mut()).is_pending(), "a part of it still runs");
        drop(part);
        let Poll::Ready(_alone) = poll(alone.as_mut()) else {
            panic!("nothing runs any more")
        };
        assert!(gate.join().is_none(), "the turn that runs is alone");
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

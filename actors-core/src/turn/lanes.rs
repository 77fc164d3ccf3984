//! Keeps the events of one socket in order: a message waits until the previous one has been
//! handled, even where handlers run concurrently.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::Turn;
use super::gate::{Access, Gate, Permit};

/// A queue for each socket with a running event, by the socket's id.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Rc<RefCell<HashMap<String, Rc<Gate>>>>);

impl Lanes {
    /// Runs `event` after all earlier events of the socket.
    pub(crate) fn run(&self, id: &str, event: Box<dyn FnOnce() -> Turn<()>>) -> Turn<()> {
        let busy = self.0.borrow().get(id).cloned();
        if let Some(gate) = busy {
            let lane = self.lane(id, gate);
            return Turn::start(async move {
                let _place = Place {
                    _permit: Some(lane.gate.enter(Access::Exclusive).await),
                    _lane: lane,
                };
                event().finish().await
            });
        }
        match event() {
            Turn::Done(result) => Turn::Done(result),
            Turn::Pending(future) => {
                let gate = Rc::<Gate>::default();
                self.0.borrow_mut().insert(id.to_owned(), gate.clone());
                let place = Place {
                    _permit: gate.try_enter(Access::Exclusive),
                    _lane: self.lane(id, gate),
                };
                Turn::Pending(Box::pin(async move {
                    let _place = place;
                    future.await
                }))
            }
        }
    }

    fn lane(&self, id: &str, gate: Rc<Gate>) -> Lane {
        Lane {
            lanes: self.clone(),
            id: id.to_owned(),
            gate,
        }
    }
}

/// The queue of one socket, removed when unused.
struct Lane {
    lanes: Lanes,
    id: String,
    gate: Rc<Gate>,
}

impl Drop for Lane {
    fn drop(&mut self) {
        // One reference is the map's, the other is this one.
        if Rc::strong_count(&self.gate) == 2 {
            self.lanes.0.borrow_mut().remove(&self.id);
        }
    }
}

/// The event at the head of a lane; the next one runs when this is dropped.
struct Place {
    _permit: Option<Permit>,
    _lane: Lane,
}

//! The simulated world: its objects, its clock, and the order in which things happen.
//!
//! One thread does one thing at a time. What can be done next waits as a task; without a
//! seed the oldest runs first, with a seed, the seed chooses.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::bindings::Bound;
use super::disk::Disk;
use super::fake::Fakes;
use super::ids::Key;
use super::machine::{Image, Machine};
use super::network::Network;
use super::outbox::Outbox;
use super::socket::Socket;
use super::streams::{self, Producer};
use crate::env::{Address, Env};
use crate::error::{Error, ErrorKind, Result};
use crate::platform::{Host, Interruption, Platform};
use crate::sockets::SocketOptions;
use crate::time::{Duration, Timestamp};
use crate::turn::{Turn, current};

/// The slot of one instance: what is on its disk stays, what is in memory may go.
pub(crate) struct Slot {
    pub(super) world: Weak<Sim>,
    pub(super) class: String,
    pub(super) key: Key,
    pub(super) id: String,
    pub(super) disk: Rc<Disk>,
    object: RefCell<Option<Rc<dyn Host>>>,
    make: Make,
    /// Whether its alarm is being delivered.
    rings: Cell<bool>,
    /// How often its alarm was set or cancelled, and delivered.
    pub(crate) alarm_settings: Cell<u64>,
    pub(crate) alarm_rings: Cell<u64>,
    /// What cut the last ring of its alarms short.
    pub(super) interruption: RefCell<Option<Interruption>>,
    /// The web sockets that are open; they outlive what is in memory.
    pub(super) sockets: RefCell<Vec<Socket>>,
    socket_options: Option<&'static SocketOptions>,
    /// How many bodies of its calls are still read.
    streams: Cell<usize>,
    /// Its container that was started last, which outlives what is in memory, and until when.
    pub(super) machine: RefCell<Option<Machine>>,
    pub(super) container_kept: Cell<Option<Timestamp>>,
}

/// Makes the object of a slot.
type Make = Rc<dyn Fn(Box<dyn Platform>, Env) -> Rc<dyn Host>>;

impl Slot {
    fn of_actor(world: &Weak<Sim>, address: &Address, key: Key, disk: Rc<Disk>) -> Self {
        Self {
            socket_options: address.sockets,
            ..Self::new(world, address.actor, key, disk, Rc::new(address.make))
        }
    }

    fn new(world: &Weak<Sim>, class: &str, key: Key, disk: Rc<Disk>, make: Make) -> Self {
        Self {
            world: world.clone(),
            class: class.to_owned(),
            id: key.id(class),
            key,
            disk,
            object: RefCell::default(),
            make,
            alarm_settings: Cell::default(),
            alarm_rings: Cell::default(),
            interruption: RefCell::default(),
            rings: Cell::default(),
            sockets: RefCell::default(),
            socket_options: None,
            streams: Cell::default(),
            machine: RefCell::default(),
            container_kept: Cell::default(),
        }
    }

    pub(crate) fn alarm(&self) -> Option<Timestamp> {
        self.disk.alarm()
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The reply that the platform sends to a message by itself.
    pub(super) fn auto_response(&self, message: &str) -> Option<&'static str> {
        let (ping, pong) = self.socket_options?.auto_response?;
        (message == ping).then_some(pong)
    }

    /// Where its web sockets are opened.
    pub(crate) fn socket_path(&self) -> Option<&'static str> {
        self.socket_options.map(|options| options.path)
    }

    pub(super) fn is_in_memory(&self) -> bool {
        self.object.borrow().is_some()
    }

    fn label(&self) -> String {
        match &self.key {
            Key::Named(name, _) => format!("{} \"{name}\"", self.class),
            Key::Id(id) => format!("{} {}…", self.class, &id[..8]),
        }
    }
}

/// The world of something that is used.
pub(super) fn alive(world: &Weak<Sim>) -> Rc<Sim> {
    world.upgrade().expect("the world exists while it is used")
}

impl Producer for Slot {
    fn in_memory(&self) -> Option<Weak<dyn Host>> {
        self.object.borrow().as_ref().map(Rc::downgrade)
    }

    fn streams(&self) -> &Cell<usize> {
        &self.streams
    }

    fn panicked(&self, payload: &(dyn Any + Send)) -> Error {
        match self.world.upgrade() {
            Some(world) => world.panic_in_part(Some(self), payload),
            None => Error::new(ErrorKind::Unavailable, "the world is gone"),
        }
    }
}

/// Something that an object is doing, perhaps while somebody waits for it.
struct Task {
    /// The object; none of what happens outside of the world.
    slot: Option<Rc<Slot>>,
    future: Pin<Box<dyn Future<Output = ()>>>,
    /// Fails those who wait for it; nobody waits for a background task.
    give_up: Option<Box<dyn Fn(Error)>>,
    awake: Arc<Signal>,
}

impl Task {
    fn is_of(&self, slot: &Rc<Slot>) -> bool {
        self.slot.as_ref().is_some_and(|own| Rc::ptr_eq(own, slot))
    }

    fn give_up(&self, error: Error) {
        if let Some(give_up) = &self.give_up {
            give_up(error);
        }
    }
}

/// Set when a task can continue.
struct Signal(AtomicBool);

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Signal {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// A pending sleep.
struct Timer {
    end: Timestamp,
    is_over: Cell<bool>,
    waker: RefCell<Waker>,
}

/// After how long an alarm whose handler failed is redelivered.
const RETRY: Duration = Duration::from_secs(2);

/// What unwinds out of a handler when its object crashes.
struct Crash;

/// The world.
pub(crate) struct Sim {
    pub(super) me: Weak<Sim>,
    pub(crate) bound: Bound,
    pub(crate) network: Network,
    /// What runs in the containers of the objects, by class.
    pub(crate) images: RefCell<BTreeMap<String, Rc<Image>>>,
    now: Cell<Timestamp>,
    slots: RefCell<BTreeMap<(String, Key), Rc<Slot>>>,
    tasks: RefCell<Vec<Task>>,
    timers: RefCell<Vec<Weak<Timer>>>,
    pub(super) outbox: Rc<Outbox>,
    rng: RefCell<Option<fastrand::Rng>>,
    /// For everything that is random, but the order of events.
    dice: RefCell<fastrand::Rng>,
    /// After how many more storage operations the running object crashes.
    pub(crate) crash_after: Cell<Option<u32>>,
    /// Whether it may also crash between a commit and what it sends then.
    pub(crate) loses_answers: Cell<bool>,
    /// The objects whose memory is to go before anything else happens, and why.
    aborted: RefCell<Vec<(Rc<Slot>, String)>>,
    /// How many web sockets have been opened.
    pub(super) sockets_opened: Cell<u64>,
    story: RefCell<Vec<String>>,
    /// The error of the last turn that would have waited for itself.
    pub(crate) deadlock: RefCell<Option<String>>,
}

impl Sim {
    pub(crate) fn new(seed: Option<u64>) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            bound: Bound::default(),
            network: Network::default(),
            images: RefCell::default(),
            // An arbitrary day: 2026-01-01T00:00:00Z.
            now: Cell::new(Timestamp::from_millis(1_767_225_600_000)),
            slots: RefCell::default(),
            tasks: RefCell::default(),
            timers: RefCell::default(),
            outbox: Rc::default(),
            rng: RefCell::new(seed.map(fastrand::Rng::with_seed)),
            dice: RefCell::new(fastrand::Rng::with_seed(seed.unwrap_or_default())),
            crash_after: Cell::default(),
            loses_answers: Cell::default(),
            aborted: RefCell::default(),
            sockets_opened: Cell::default(),
            story: RefCell::default(),
            deadlock: RefCell::default(),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.get()
    }

    pub(crate) fn set_now(&self, now: Timestamp) {
        self.now.set(now);
    }

    /// A random number from 0 up to but not including 1.
    pub(super) fn chance(&self) -> f64 {
        self.dice.borrow_mut().f64()
    }

    /// The slot of an instance, created when first used.
    pub(crate) fn slot(&self, address: &Address, name: &str) -> Result<Rc<Slot>> {
        self.slot_of(address, Key::Named(name.to_owned(), None))
    }

    /// The same of the instance with that id.
    pub(crate) fn slot_with_id(&self, address: &Address, id: &str) -> Result<Rc<Slot>> {
        self.slot_of(address, Key::with_id(address.actor, address.binding, id)?)
    }

    pub(super) fn slot_of(&self, address: &Address, key: Key) -> Result<Rc<Slot>> {
        if let Some(slot) = self.known(address.actor, &key) {
            return Ok(slot);
        }
        let slot = Slot::of_actor(&self.me, address, key, Rc::new(Disk::new()?));
        Ok(self.add(slot))
    }

    /// The slot of a fake, which is made when first used.
    pub(super) fn slot_of_fake(&self, binding: &str, name: &str, fakes: &Fakes) -> Rc<Slot> {
        let key = Key::Named(name.to_owned(), None);
        if let Some(slot) = self.known(binding, &key) {
            return slot;
        }
        let (fakes, name) = (fakes.clone(), name.to_owned());
        let disk = Rc::new(Disk::new().expect("SQLite in memory opens"));
        let make = Rc::new(move |_, _| fakes(&name));
        self.add(Slot::new(&self.me, binding, key, disk, make))
    }

    /// The slot of that instance, which may be known by its name or by its id.
    fn known(&self, class: &str, key: &Key) -> Option<Rc<Slot>> {
        let slots = self.slots.borrow();
        if let Some(slot) = slots.get(&(class.to_owned(), key.clone())) {
            return Some(slot.clone());
        }
        let id = key.id(class);
        let mut all = slots.values();
        all.find(|slot| slot.id == id).cloned()
    }

    fn add(&self, slot: Slot) -> Rc<Slot> {
        let (key, slot) = ((slot.class.clone(), slot.key.clone()), Rc::new(slot));
        self.slots.borrow_mut().insert(key, slot.clone());
        slot
    }

    pub(super) fn random(&self) -> u64 {
        self.dice.borrow_mut().u64(..)
    }

    /// Gives the storage of one actor's instances to those of another.
    pub(crate) fn hand_over(&self, from: &Address, to: &Address) {
        let all = self.all_slots().into_iter();
        for old in all.filter(|slot| slot.class == from.actor) {
            self.crash(&old);
            let place = (old.class.clone(), old.key.clone());
            self.slots.borrow_mut().remove(&place);
            self.add(Slot::of_actor(
                &self.me,
                to,
                old.key.clone(),
                old.disk.clone(),
            ));
        }
    }

    /// What has happened so far, one line per event.
    pub(crate) fn story(&self) -> Vec<String> {
        self.story.borrow().clone()
    }

    pub(crate) fn note(&self, slot: Option<&Slot>, what: impl FnOnce() -> String) {
        let place = slot
            .map(|slot| format!("{} ", slot.label()))
            .unwrap_or_default();
        self.story.borrow_mut().push(format!("{place}{}", what()));
    }

    /// Delivers an event to an object, and waits for the outcome.
    pub(crate) fn deliver<T: 'static, E: FnOnce(&dyn Host) -> Turn<T> + 'static>(
        &self,
        slot: &Rc<Slot>,
        what: String,
        event: E,
    ) -> impl Future<Output = Result<T>> + use<T, E> {
        let answer = Rc::new(Answer::default());
        let (world, place, sent) = (self.me.clone(), slot.clone(), answer.clone());
        self.outbox.send(Box::new(move || {
            if let Some(world) = world.upgrade() {
                world.begin(&place, what, event, &sent);
            }
        }));
        poll_fn(move |cx| answer.poll(cx))
    }

    fn begin<T: 'static>(
        &self,
        slot: &Rc<Slot>,
        what: String,
        event: impl FnOnce(&dyn Host) -> Turn<T> + 'static,
        answer: &Rc<Answer<T>>,
    ) {
        let (world, place, sent) = (self.me.clone(), slot.clone(), answer.clone());
        let future = async move {
            let Some(world) = world.upgrade() else { return };
            let object = world.object(&place);
            world.note(Some(&place), || format!("begins {what}"));
            let outcome = event(&*object).finish().await;
            if let Err(error) = &outcome
                && error.kind() == ErrorKind::Deadlock
            {
                world.deadlock.replace(Some(error.to_string()));
            }
            world.note(Some(&place), || match &outcome {
                Ok(_) => format!("ends {what}"),
                Err(error) => format!("fails in {what}: {}: {error}", error.kind()),
            });
            world.outbox.send(Box::new(move || sent.set(outcome)));
        };
        let given_up = answer.clone();
        self.tasks.borrow_mut().push(Task {
            slot: Some(slot.clone()),
            future: Box::pin(future),
            give_up: Some(Box::new(move |error| given_up.set(Err(error)))),
            awake: Signal::new(),
        });
    }

    /// Runs something of an object in the background, which does not keep it in memory.
    pub(super) fn spawn(&self, slot: &Rc<Slot>, future: Pin<Box<dyn Future<Output = ()>>>) {
        self.tasks.borrow_mut().push(Task {
            slot: Some(slot.clone()),
            future,
            give_up: None,
            awake: Signal::new(),
        });
    }

    fn object(&self, slot: &Rc<Slot>) -> Rc<dyn Host> {
        if let Some(object) = &*slot.object.borrow() {
            return object.clone();
        }
        slot.disk.reset_usage();
        let world = self.me.upgrade().expect("the world exists while it runs");
        let object = (slot.make)(self.platform(slot), Env::new(world));
        slot.object.replace(Some(object.clone()));
        self.note(Some(slot), || "wakes".to_owned());
        object
    }

    /// Runs until `future` is done; none if time would have to pass for that.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = std::pin::pin!(future);
        let awake = Signal::new();
        let waker = Waker::from(awake.clone());
        loop {
            if awake.take() {
                if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(value);
                }
                self.outbox.flush();
            } else if !self.step() {
                return None;
            }
        }
    }

    /// Does one thing that can be done now; returns false if there is none.
    pub(crate) fn step(&self) -> bool {
        self.outbox.flush();
        let aborted = self.aborted.borrow_mut().pop();
        if let Some((slot, reason)) = aborted {
            self.lose(&slot, &reason);
            return true;
        }
        let Some(task) = self.next_task() else {
            return self.wake_sleepers() || self.ring();
        };
        self.poll(task);
        true
    }

    fn next_task(&self) -> Option<Task> {
        let mut tasks = self.tasks.borrow_mut();
        let ready: Vec<usize> = (0..tasks.len())
            .filter(|&index| tasks[index].awake.0.load(Ordering::Relaxed))
            .collect();
        let chosen = match &mut *self.rng.borrow_mut() {
            Some(rng) if ready.len() > 1 => ready[rng.usize(..ready.len())],
            _ => *ready.first()?,
        };
        Some(tasks.remove(chosen))
    }

    fn poll(&self, mut task: Task) {
        task.awake.take();
        let waker = Waker::from(task.awake.clone());
        streams::runs(task.slot.clone().map(|slot| slot as Rc<dyn Producer>));
        let progress = catch_unwind(AssertUnwindSafe(|| {
            let progress = task.future.as_mut().poll(&mut Context::from_waker(&waker));
            // The last moment at which a crash can undo this.
            if let Some(slot) = &task.slot {
                self.before_storage(slot);
            }
            progress
        }));
        streams::runs(None);
        match progress {
            Ok(progress) => {
                if let Some(slot) = &task.slot {
                    slot.disk.commit().expect("SQLite in memory commits");
                    if self.is_lost(slot) {
                        let slot = slot.clone();
                        return self.crash_in(task, &slot);
                    }
                }
                self.outbox.flush();
                if progress.is_pending() {
                    self.tasks.borrow_mut().push(task);
                }
            }
            Err(payload) => match task.slot.clone() {
                Some(slot) if payload.is::<Crash>() => self.crash_in(task, &slot),
                Some(slot) => self.panic_in(task, &slot, &*payload),
                // A failed assertion of the test's.
                None => resume_unwind(payload),
            },
        }
    }

    /// Runs something outside of the world, once what the running object has written is durable,
    /// and waits for the outcome.
    pub(super) fn outside<T: 'static, F: Future<Output = Result<T>> + 'static>(
        &self,
        what: String,
        work: F,
    ) -> impl Future<Output = Result<T>> + use<T, F> {
        let answer = Rc::new(Answer::default());
        let (world, sent) = (self.me.clone(), answer.clone());
        self.outbox.send(Box::new(move || {
            let Some(sim) = world.upgrade() else { return };
            sim.note(None, || format!("arrives: {what}"));
            let future = async move {
                let outcome = work.await;
                let Some(sim) = world.upgrade() else { return };
                sim.note(None, || match &outcome {
                    Ok(_) => format!("is answered: {what}"),
                    Err(error) => format!("fails: {what}: {error}"),
                });
                sent.set(outcome);
            };
            sim.tasks.borrow_mut().push(Task {
                slot: None,
                future: Box::pin(future),
                give_up: None,
                awake: Signal::new(),
            });
        }));
        poll_fn(move |cx| answer.poll(cx))
    }

    /// Waits for that long; zero lets everything that is ready run once.
    pub(crate) fn sleep(&self, span: Duration) -> impl Future<Output = ()> + use<> {
        let timer = Rc::new(Timer {
            end: self.now() + span,
            is_over: Cell::new(false),
            waker: RefCell::new(Waker::noop().clone()),
        });
        self.timers.borrow_mut().push(Rc::downgrade(&timer));
        poll_fn(move |cx| {
            timer.waker.borrow_mut().clone_from(cx.waker());
            match timer.is_over.get() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
    }

    /// Wakes the tasks that have slept long enough, and returns whether there were any.
    fn wake_sleepers(&self) -> bool {
        let now = self.now();
        let mut timers = self.timers.borrow_mut();
        let before = timers.len();
        timers.retain(|timer| match timer.upgrade() {
            Some(timer) if timer.end <= now => {
                timer.is_over.set(true);
                timer.waker.borrow().wake_by_ref();
                false
            }
            timer => timer.is_some(),
        });
        timers.len() < before
    }

    /// Delivers an alarm to an object, if one is due.
    fn ring(&self) -> bool {
        let due = self
            .slots
            .borrow()
            .values()
            .find(|slot| self.is_due(slot))
            .cloned();
        let Some(slot) = due else { return false };
        slot.rings.set(true);
        slot.alarm_rings.update(|count| count + 1);
        let (place, retry) = (slot.clone(), self.now() + RETRY);
        let planned = slot.disk.alarm();
        let event = move |object: &dyn Host| {
            let turn = object.alarm(planned);
            Turn::start(async move {
                let outcome = turn.finish().await;
                place.rings.set(false);
                match &outcome {
                    Err(_) => place.disk.set_alarm(Some(retry)),
                    // As in workerd, even if it has been set to this time again.
                    Ok(()) if place.disk.alarm() == planned => place.disk.set_alarm(None),
                    Ok(()) => {}
                }
                outcome
            })
        };
        self.begin(&slot, "alarm".to_owned(), event, &Rc::default());
        true
    }

    fn is_due(&self, slot: &Slot) -> bool {
        !slot.rings.get() && slot.disk.alarm().is_some_and(|alarm| alarm <= self.now())
    }

    /// When the next alarm is due, or the next sleep ends.
    pub(crate) fn next_time(&self) -> Option<Timestamp> {
        let slots = self.slots.borrow();
        let silent = slots.values().filter(|slot| !slot.rings.get());
        let alarms = silent.filter_map(|slot| slot.disk.alarm());
        let timers = self.timers.borrow();
        let sleepers = timers.iter().filter_map(Weak::upgrade);
        alarms.chain(sleepers.map(|timer| timer.end)).min()
    }

    /// Called before each storage operation: here an object may crash, if it is what runs.
    pub(super) fn before_storage(&self, slot: &Slot) {
        if streams::is_running(slot) && self.crashes(slot) {
            resume_unwind(Box::new(Crash));
        }
    }

    /// Whether the object crashes when all it did is durable, and before anybody is told.
    fn is_lost(&self, slot: &Slot) -> bool {
        self.loses_answers.get() && !self.outbox.is_empty() && self.crashes(slot)
    }

    /// Whether it is time for the object to crash.
    fn crashes(&self, slot: &Slot) -> bool {
        let Some(left) = self.crash_after.get() else {
            return false;
        };
        self.crash_after.set(left.checked_sub(1));
        if left == 0 {
            self.note(Some(slot), || "crashes".to_owned());
        }
        left == 0
    }

    fn crash_in(&self, task: Task, slot: &Rc<Slot>) {
        self.outbox.clear();
        self.tasks.borrow_mut().push(task);
        self.crash(slot);
    }

    /// Removes an object from memory as a crash would: what is not durable is lost, and its
    /// callers get an error.
    pub(crate) fn crash(&self, slot: &Rc<Slot>) {
        self.lose(slot, "the object was lost");
    }

    /// The same when nothing of it runs, for that reason.
    pub(super) fn abort(&self, slot: &Rc<Slot>, reason: &str) {
        self.note(Some(slot), || format!("is aborted: {reason}"));
        let aborted = (slot.clone(), reason.to_owned());
        self.aborted.borrow_mut().push(aborted);
    }

    fn lose(&self, slot: &Rc<Slot>, message: &str) {
        self.forget(slot, message);
        self.cut(slot);
        slot.disk.rollback().expect("SQLite in memory rolls back");
    }

    /// Evicts an idle object from memory; a busy one stays.
    pub(crate) fn evict(&self, slot: &Rc<Slot>) -> bool {
        let is_of_it = |task: &Task| task.is_of(slot);
        let is_busy = self
            .tasks
            .borrow()
            .iter()
            .any(|task| is_of_it(task) && task.give_up.is_some());
        let is_busy = is_busy || slot.streams.get() > 0;
        let is_evicted = !is_busy && slot.object.take().is_some();
        if is_evicted {
            self.tasks.borrow_mut().retain(|task| !is_of_it(task));
            self.note(Some(slot), || "is evicted".to_owned());
            self.leave(slot);
        }
        is_evicted
    }

    pub(crate) fn all_slots(&self) -> Vec<Rc<Slot>> {
        self.slots.borrow().values().cloned().collect()
    }

    /// A panic aborts the isolate, and all objects in it.
    fn panic_in(&self, task: Task, slot: &Rc<Slot>, payload: &(dyn Any + Send)) {
        slot.disk.commit().expect("SQLite in memory commits");
        let message = self.panicked(Some(slot), payload);
        if let Some(lost) = current::panicked_alarm() {
            let culprit = Some((lost.alarm, message.clone()));
            slot.interruption
                .replace(Some(Interruption::Panic(culprit)));
        }
        task.give_up(Error::new(ErrorKind::Panic, message));
        slot.rings.set(false);
        drop(task);
        self.forget_all();
    }

    /// The same where that is an error of what is asked: in the Worker in front, or in a body.
    pub(super) fn panic_in_part(&self, slot: Option<&Slot>, payload: &(dyn Any + Send)) -> Error {
        let message = self.panicked(slot, payload);
        self.forget_all();
        Error::new(ErrorKind::Panic, message)
    }

    /// Notes a panic, and returns its message.
    fn panicked(&self, slot: Option<&Slot>, payload: &(dyn Any + Send)) -> String {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        self.note(slot, || format!("panics: {message}"));
        self.outbox.flush();
        for slot in self.all_slots().iter().filter(|slot| slot.rings.get()) {
            slot.interruption.replace(Some(Interruption::Panic(None)));
        }
        format!("panicked: {message}")
    }

    fn forget_all(&self) {
        for slot in self.all_slots() {
            self.forget(
                &slot,
                "the object was lost: another one in its isolate panicked",
            );
        }
    }

    /// Removes an object from memory, and fails its callers with that message.
    fn forget(&self, slot: &Rc<Slot>, message: &str) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        let (lost, kept): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task.is_of(slot));
        *self.tasks.borrow_mut() = kept;
        for task in &lost {
            task.give_up(Error::new(ErrorKind::Unavailable, message));
        }
        drop(lost);
        slot.object.take();
        slot.rings.set(false);
    }
}

/// The outcome of an event, for the one who waits for it.
pub(super) struct Answer<T> {
    value: RefCell<Option<Result<T>>>,
    waker: RefCell<Option<Waker>>,
}

impl<T> Default for Answer<T> {
    fn default() -> Self {
        Self {
            value: RefCell::default(),
            waker: RefCell::default(),
        }
    }
}

impl<T> Answer<T> {
    pub(super) fn set(&self, value: Result<T>) {
        self.value.replace(Some(value));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<Result<T>> {
        match self.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                self.waker.replace(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}

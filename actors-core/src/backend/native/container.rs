//! The containers of the simulated world: what runs in them, the test has written.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use ::http::StatusCode;
use send_wrapper::SendWrapper;

use super::outside::outside;
use super::sim::{Sim, Slot};
use crate::bindings::container::{Engine, Port, StartOptions};
use crate::bindings::fetch::Fetcher;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Body, Request, Response, Upgraded, sendable};
use crate::time::{Duration, Timestamp};
use crate::turn::BoxFuture;

/// The exit code of a program that was killed, as an engine reports it.
const KILLED: i32 = 128 + 9;

/// What runs in the containers of an actor's instances: for
/// [`World::container`](crate::testing::World::container).
///
/// ```
/// use actors_core::prelude::*;
/// use actors_core::testing::Image;
///
/// let image = Image::new()
///     .starts_in(seconds(2))
///     .http(8080, async |machine, request| match request.uri().path() {
///         "/crash" => {
///             machine.exit(1);
///             Err(Error::internal("never sent"))
///         }
///         path => Ok(http::Response::new(format!("this is {path}"))),
///     })
///     .on_signal(|machine, number| machine.exit(if number == 15 { 0 } else { 1 }));
/// ```
#[derive(Clone)]
pub struct Image {
    names: BTreeSet<String>,
    starts_in: Duration,
    http: BTreeMap<u16, AtHttp>,
    tcp: BTreeMap<u16, AtTcp>,
    on_signal: Rc<dyn Fn(&Machine, u8)>,
}

type AtHttp = Rc<dyn Fn(Machine, Request) -> BoxFuture<'static, Result<Response>>>;
type AtTcp = Rc<dyn Fn(Machine, Body) -> BoxFuture<'static, Result<Body>>>;

impl Default for Image {
    fn default() -> Self {
        Self::new()
    }
}

impl Image {
    /// A program that listens nowhere, and ends at any signal.
    pub fn new() -> Self {
        Self {
            names: BTreeSet::new(),
            starts_in: Duration::ZERO,
            http: BTreeMap::new(),
            tcp: BTreeMap::new(),
            on_signal: Rc::new(|machine, number| machine.exit(128 + i32::from(number))),
        }
    }

    /// Makes it the image of that name, too, for
    /// [`StartOptions::image`](crate::bindings::StartOptions::image). A container with an image
    /// that has no such name does not start.
    pub fn name(mut self, name: &str) -> Self {
        self.names.insert(name.to_owned());
        self
    }

    /// How long the program takes until it listens at its ports: no time by default.
    pub fn starts_in(mut self, span: Duration) -> Self {
        self.starts_in = span;
        self
    }

    /// Answers the requests to a port. An error is one of the connection; what the closure asserts
    /// fails the test. It may wait, for time to pass for example: see
    /// [`World::clock`](crate::testing::World::clock).
    pub fn http<B: Into<Body>>(
        mut self,
        port: u16,
        answer: impl AsyncFn(Machine, Request) -> Result<Response<B>> + 'static,
    ) -> Self {
        let answer = Rc::new(answer);
        let answer = move |machine, request| -> BoxFuture<'static, Result<Response>> {
            let answer = answer.clone();
            Box::pin(async move {
                let mut response = answer(machine, request).await?.map(Into::into);
                if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                    let nothing = SendWrapper::new(Rc::new(()) as Rc<dyn Any>);
                    response.extensions_mut().insert(Upgraded(nothing));
                }
                sendable(response)
            })
        };
        self.http.insert(port, Rc::new(answer));
        self
    }

    /// Answers a TCP connection to a port: the closure gets what the actor sends, and returns what
    /// it receives.
    pub fn tcp<B: Into<Body>>(
        mut self,
        port: u16,
        answer: impl AsyncFn(Machine, Body) -> Result<B> + 'static,
    ) -> Self {
        let answer = Rc::new(answer);
        let answer = move |machine, incoming| -> BoxFuture<'static, Result<Body>> {
            let answer = answer.clone();
            Box::pin(async move { Ok(answer(machine, incoming).await?.into()) })
        };
        self.tcp.insert(port, Rc::new(answer));
        self
    }

    /// What the program does at a signal other than 9, which ends it in any case. By default it
    /// ends, with 128 and the signal's number as its exit code.
    pub fn on_signal(mut self, act: impl Fn(&Machine, u8) + 'static) -> Self {
        self.on_signal = Rc::new(act);
        self
    }
}

/// A container that was started in a [`World`](crate::testing::World).
#[derive(Clone)]
pub struct Machine(Rc<Running>);

struct Running {
    image: Rc<Image>,
    options: StartOptions,
    /// When its program begins to listen.
    ready: Timestamp,
    end: RefCell<Option<Result<i32>>>,
    waiting: RefCell<Vec<Waker>>,
}

/// Whether they are the same one.
impl PartialEq for Machine {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (options, end) = (&self.0.options, self.0.end.borrow());
        write!(f, "Machine({options:?}, end: {end:?})")
    }
}

impl Machine {
    /// What it was started with.
    pub fn options(&self) -> &StartOptions {
        &self.0.options
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        self.0.end.borrow().is_none()
    }

    /// Ends it by itself, with that exit code; what it is about to answer is lost.
    pub fn exit(&self, code: i32) {
        self.end(Ok(code));
    }

    fn end(&self, end: Result<i32>) {
        self.0.end.borrow_mut().get_or_insert(end);
        for waker in self.0.waiting.take() {
            waker.wake();
        }
    }

    fn receive(&self, signal: u8) {
        match signal {
            9 => self.exit(KILLED),
            _ => (self.0.image.on_signal)(self, signal),
        }
    }

    /// Waits for its end.
    fn ended(&self) -> impl Future<Output = Result<i32>> + use<> {
        let running = self.0.clone();
        poll_fn(move |cx| match &*running.end.borrow() {
            Some(end) => Poll::Ready(end.clone()),
            None => {
                running.waiting.borrow_mut().push(cx.waker().clone());
                Poll::Pending
            }
        })
    }

    /// What a part of its program comes to, unless the whole ends before that.
    async fn alive<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let (mut work, mut ended) = (pin!(work), pin!(self.ended()));
        poll_fn(|cx| {
            let done = work.as_mut().poll(cx);
            match ended.as_mut().poll(cx) {
                Poll::Ready(_) => Poll::Ready(Err(unavailable("the connection was lost"))),
                Poll::Pending => done,
            }
        })
        .await
    }
}

impl Slot {
    /// The container that runs, if one does.
    pub(crate) fn machine(&self) -> Option<Machine> {
        let machine = self.machine.borrow();
        machine.clone().filter(Machine::is_running)
    }
}

impl Sim {
    /// The container of an object, if its class has one.
    pub(super) fn engine_of(&self, slot: &Rc<Slot>) -> Option<Rc<dyn Engine>> {
        let image = self.images.borrow().get(&slot.class)?.clone();
        Some(Rc::new(Local {
            sim: self.me.clone(),
            slot: slot.clone(),
            image,
        }))
    }

    /// Ends the container of an object that is evicted, once it has been kept for long enough.
    pub(super) fn leave(&self, slot: &Rc<Slot>) {
        let Some(machine) = slot.machine() else {
            return;
        };
        let kept = slot.container_kept.get().unwrap_or(self.now());
        if kept <= self.now() {
            return machine.exit(KILLED);
        }
        let (slot, over) = (slot.clone(), self.sleep(kept.since(self.now())));
        drop(self.outside("a container is kept".to_owned(), async move {
            over.await;
            if !slot.is_in_memory() && slot.container_kept.get() == Some(kept) {
                machine.exit(KILLED);
            }
            Ok(())
        }));
    }
}

/// The container of one object.
struct Local {
    sim: Weak<Sim>,
    slot: Rc<Slot>,
    image: Rc<Image>,
}

impl Local {
    fn sim(&self) -> Rc<Sim> {
        self.sim
            .upgrade()
            .expect("the world exists while it is used")
    }

    fn start_failure(&self, options: &StartOptions) -> Option<Error> {
        let name = options.image.as_ref()?;
        let is_known = self.image.names.contains(name);
        (!is_known).then(|| Error::internal("Container failed to start"))
    }
}

impl Engine for Local {
    fn is_running(&self) -> bool {
        self.slot.machine().is_some()
    }

    fn start(&self, options: &StartOptions) -> Result<()> {
        if self.is_running() {
            return Err(Error::internal(
                "start() cannot be called on a container that is already running.",
            ));
        }
        let sim = self.sim();
        let machine = Machine(Rc::new(Running {
            image: self.image.clone(),
            options: options.clone(),
            ready: sim.now() + self.image.starts_in,
            end: RefCell::default(),
            waiting: RefCell::default(),
        }));
        sim.note(Some(&self.slot), || {
            format!("starts its container: {options:?}")
        });
        if let Some(failure) = self.start_failure(options) {
            let failed = machine.clone();
            sim.outbox.send(Box::new(move || failed.end(Err(failure))));
        }
        self.slot.machine.replace(Some(machine));
        Ok(())
    }

    fn monitor(&self) -> BoxFuture<'static, Result<i32>> {
        match &*self.slot.machine.borrow() {
            Some(machine) => Box::pin(machine.ended()),
            None => Box::pin(ready(Err(Error::internal(
                "monitor() cannot be called on a container that is not running.",
            )))),
        }
    }

    fn signal(&self, number: u8) -> Result<()> {
        let machine = self.slot.machine().ok_or_else(|| {
            Error::internal("signal() cannot be called on a container that is not running.")
        })?;
        let arrives = Box::new(move || machine.receive(number));
        self.sim().outbox.send(arrives);
        Ok(())
    }

    fn destroy(&self) -> BoxFuture<'static, Result<()>> {
        let Some(machine) = self.slot.machine() else {
            return Box::pin(ready(Ok(())));
        };
        outside(&self.sim, move || {
            machine.exit(KILLED);
            Ok(())
        })
    }

    fn set_inactivity_timeout(&self, span: Duration) -> BoxFuture<'static, Result<()>> {
        let until = self.sim().now() + span;
        let kept = &self.slot.container_kept;
        kept.set(kept.get().max(Some(until)));
        Box::pin(ready(Ok(())))
    }

    fn port(&self, number: u16) -> Result<Rc<dyn Port>> {
        if number == 0 {
            return Err(Error::internal("Invalid port number: 0"));
        }
        Ok(Rc::new(At {
            sim: self.sim.clone(),
            slot: self.slot.clone(),
            number,
        }))
    }
}

/// A port of a container.
#[derive(Clone)]
struct At {
    sim: Weak<Sim>,
    slot: Rc<Slot>,
    number: u16,
}

impl At {
    fn sim(&self) -> Rc<Sim> {
        self.sim
            .upgrade()
            .expect("the world exists while it is used")
    }

    /// The container that listens at the port, and what of it does.
    fn listening<T>(&self, of: impl Fn(&Image) -> Option<T>) -> Result<(Machine, T)> {
        let machine = self.slot.machine();
        let listening = machine.filter(|machine| machine.0.ready <= self.sim().now());
        let found = listening.and_then(|machine| Some((machine.clone(), of(&machine.0.image)?)));
        found.ok_or_else(|| {
            unavailable(&format!(
                "Container is not listening to port {}",
                self.number
            ))
        })
    }
}

impl Port for At {
    fn http(&self) -> Rc<dyn Fetcher> {
        Rc::new(self.clone())
    }

    fn connect(&self, outgoing: Body) -> BoxFuture<'static, Result<Body>> {
        let listening = self.listening(|image| image.tcp.get(&self.number).cloned());
        let Ok((machine, answer)) = listening else {
            // As in workerd, where the connection is one to a proxy.
            return Box::pin(ready(Ok(Body::empty())));
        };
        let (sender, arriving) = Body::channel();
        let what = format!("TCP to port {}", self.number);
        drop(self.sim().outside(what, async move {
            let answered = answer(machine.clone(), outgoing);
            let mut body = machine.alive(answered).await?;
            while let Some(part) = machine.alive(body.chunk()).await? {
                sender.send(part)?;
            }
            Ok(())
        }));
        Box::pin(ready(Ok(arriving)))
    }
}

impl Fetcher for At {
    fn fetch(&self, request: Request) -> BoxFuture<'static, Result<Response>> {
        let port = self.clone();
        Box::pin(async move {
            let (machine, answer) =
                port.listening(|image| image.http.get(&port.number).cloned())?;
            let what = format!("{} {}", request.method(), request.uri());
            let work = async move { machine.alive(answer(machine.clone(), request)).await };
            port.sim().outside(what, work).await
        })
    }

    fn sleep(&self, span: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.sim().sleep(span))
    }
}

fn unavailable(message: &str) -> Error {
    Error::new(ErrorKind::Unavailable, message)
}

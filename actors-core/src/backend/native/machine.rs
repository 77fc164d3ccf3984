//! What runs in the containers of the simulated world: the test has written it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use ::http::StatusCode;

use crate::bindings::container::StartOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{Body, Request, Response, sendable};
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
    on_signal: OnSignal,
}

pub(super) type AtHttp = Rc<dyn Fn(Machine, Request) -> BoxFuture<'static, Result<Response>>>;
type OnSignal = Rc<dyn Fn(&Machine, u8)>;
pub(super) type AtTcp = Rc<dyn Fn(Machine, Body) -> BoxFuture<'static, Result<Body>>>;

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
                    *response.body_mut() = Body::socket(());
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

impl Image {
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn at_http(&self, port: u16) -> Option<AtHttp> {
        self.http.get(&port).cloned()
    }

    pub(super) fn at_tcp(&self, port: u16) -> Option<AtTcp> {
        self.tcp.get(&port).cloned()
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

    pub(super) fn start(image: Rc<Image>, options: StartOptions, now: Timestamp) -> Self {
        let (end, waiting) = Default::default();
        let ready = now + image.starts_in;
        Self(Rc::new(Running {
            image,
            options,
            ready,
            end,
            waiting,
        }))
    }

    /// Its program, if it listens by now.
    pub(super) fn listening(&self, now: Timestamp) -> Option<&Image> {
        (self.is_running() && self.0.ready <= now).then_some(&*self.0.image)
    }

    pub(super) fn kill(&self) {
        self.exit(KILLED);
    }

    pub(super) fn end(&self, end: Result<i32>) {
        self.0.end.borrow_mut().get_or_insert(end);
        for waker in self.0.waiting.take() {
            waker.wake();
        }
    }

    pub(super) fn receive(&self, signal: u8) {
        match signal {
            9 => self.kill(),
            _ => (self.0.image.on_signal)(self, signal),
        }
    }

    /// Waits for its end.
    pub(super) fn ended(&self) -> impl Future<Output = Result<i32>> + use<> {
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
    pub(super) async fn alive<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
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

pub(super) fn unavailable(message: &str) -> Error {
    Error::new(ErrorKind::Unavailable, message)
}

//! What is outside the simulated world: the network and other Workers, which the test answers for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use url::Url;

use crate::error::Result;
use crate::request::{Request, Response, sendable};
use crate::time::Duration;
use crate::turn::BoxFuture;

/// How long a slow exchange takes.
pub(crate) const SLOW: Duration = Duration::from_secs(60);

/// What goes wrong with an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no connection.
    Refused,
    /// The request is answered, and the response is lost.
    Lost,
    /// The request arrives after [`SLOW`].
    Slow,
    /// The request arrives twice.
    Twice,
}

impl Fault {
    pub(crate) const ALL: [Self; 4] = [Self::Refused, Self::Lost, Self::Slow, Self::Twice];

    /// What becomes of an exchange.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Refused => "finds no connection",
            Self::Lost => "is dealt with, and its answer is lost",
            Self::Slow => "takes a minute",
            Self::Twice => "arrives twice",
        }
    }
}

/// Who is outside, and what goes wrong.
#[derive(Default)]
pub(crate) struct Network {
    sides: RefCell<Vec<Side>>,
    /// What goes wrong with the next exchange.
    pub(crate) fault: Cell<Option<Fault>>,
    /// How many slow exchanges are under way.
    pub(super) slow: Cell<usize>,
}

/// Somebody who answers requests.
struct Side {
    place: Place,
    answer: Answer,
}

/// How somebody answers a request.
pub(super) type Answer = Rc<dyn Fn(Request) -> BoxFuture<'static, Result<Response>>>;

/// Which requests somebody answers.
#[derive(PartialEq)]
enum Place {
    /// Those over the network to URLs of that pattern.
    Url(String),
    /// Those to the Worker of that binding.
    Service(String),
}

impl Network {
    pub(crate) fn answer_urls(
        &self,
        pattern: &str,
        answer: impl AsyncFn(Request) -> Result<Response> + 'static,
    ) {
        self.add(Place::Url(pattern.to_owned()), answer);
    }

    pub(crate) fn answer_service(
        &self,
        name: &str,
        answer: impl AsyncFn(Request) -> Result<Response> + 'static,
    ) {
        self.add(Place::Service(name.to_owned()), answer);
    }

    fn add(&self, place: Place, answer: impl AsyncFn(Request) -> Result<Response> + 'static) {
        let answer = Rc::new(answer);
        let answer = move |request| -> BoxFuture<'static, Result<Response>> {
            let answer = answer.clone();
            Box::pin(async move { sendable(answer(request).await?) })
        };
        let answer = Rc::new(answer);
        let mut sides = self.sides.borrow_mut();
        sides.retain(|side| side.place != place);
        sides.push(Side { place, answer });
    }

    /// Whether there is anybody.
    pub(crate) fn is_there(&self) -> bool {
        !self.sides.borrow().is_empty()
    }

    /// Who answers for the Worker of that binding.
    pub(super) fn of_service(&self, name: &str) -> Option<Answer> {
        self.answer(|place| matches!(place, Place::Service(known) if known == name))
    }

    /// Who answers for that URL.
    pub(super) fn of_url(&self, url: &Url) -> Option<Answer> {
        self.answer(|place| matches!(place, Place::Url(pattern) if matches(pattern, url)))
    }

    /// Whether a slow exchange is under way.
    pub(crate) fn is_slow(&self) -> bool {
        self.slow.get() > 0
    }

    fn answer(&self, is_it: impl Fn(&Place) -> bool) -> Option<Answer> {
        let sides = self.sides.borrow();
        let side = sides.iter().find(|side| is_it(&side.place));
        side.map(|side| side.answer.clone())
    }
}

/// The host as a pattern has it: with its port, if that is not the usual one.
pub(super) fn host(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}

/// Whether the URL, as `host/path`, is one of the pattern, in which `*` stands for any text. A
/// pattern without a path is one of a host.
fn matches(pattern: &str, url: &Url) -> bool {
    let host = host(url);
    match pattern.contains('/') {
        true => is_like(pattern, &format!("{host}{}", url.path())),
        false => is_like(pattern, host),
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| is_like(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_of_a_host_or_of_a_host_and_a_path() {
        let matches = |pattern, url| matches(pattern, &Url::parse(url).unwrap());
        assert!(matches("a.example", "https://a.example/b?c"));
        assert!(!matches("a.example", "https://b.a.example/"));
        assert!(!matches("a.example", "https://a.example:81/"));
        assert!(matches("a.example:81", "https://a.example:81/"));
        assert!(matches("a.example", "https://user@a.example:443/"));
        assert!(matches("*.example", "https://b.a.example/"));
        assert!(matches("*", "https://b.a.example/"));
        assert!(matches("a.example/b/*", "https://a.example/b/c/d"));
        assert!(!matches("a.example/b/*", "https://a.example/c"));
        assert!(matches("*/b", "https://a.example/b"));
        assert!(matches("a.example/", "https://a.example"));
    }
}

//! What another Worker offers: `far.js`, or natively the fakes below.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actors_core::prelude::*;
use actors_core::serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(crate = "actors_core::serde")]
pub struct Receipt {
    number: u32,
    from: String,
    at: Timestamp,
    proof: Bytes,
    note: Option<String>,
}

#[remote(binding = "BILLING")]
pub trait Billing {
    async fn charge(&self, cents: u32, note: Option<String>) -> Result<Receipt>;
    async fn forgive(&self, number: u32) -> Result<()>;
    #[remote(name = "countArguments")]
    async fn count(&self, all: Vec<u64>) -> Result<u32>;
}

#[remote(service = "MAILER")]
pub trait Mailer {
    async fn send(&self, to: String) -> Result<String>;
    /// Is lost every other time.
    async fn flaky(&self) -> Result<u32>;
}

/// An object that does not answer as one would like.
#[remote(binding = "ODD")]
pub trait Odd {
    async fn never(&self) -> Result<()>;
    /// Is lost so many times, and then says how often it was called.
    async fn lost(&self, times: u32) -> Result<u32>;
    async fn busy(&self, times: u32) -> Result<u32>;
    async fn answer(&self, what: String) -> Result<u32>;
}

#[remote]
trait Nowhere {
    async fn reach(&self) -> Result<()>;
}

#[remote(service = "GREETING")]
trait NoService {
    async fn reach(&self) -> Result<()>;
}

pub(crate) async fn scenario(env: &Env) -> Result<Vec<String>> {
    let (ann, bob) = (BillingStub::get(env, "ann")?, BillingStub::get(env, "bob")?);
    let mut lines = vec![
        say(ann.charge(5, None).await),
        say(ann.charge(6, Some("🦀".into())).await),
        say(bob.charge(7, None).await),
        say(ann.charge(0, None).await),
        say(ann.forgive(7).await),
        say(ann.forgive(1).await),
        say(ann.count(vec![1, 2]).await),
        say(ann.count(vec![u64::MAX]).await),
    ];
    let mailer = MailerStub::get(env)?;
    lines.extend([
        say(mailer.send("ann".into()).await),
        say(mailer.send("".into()).await),
    ]);
    lines.extend([
        say(NowhereStub::get(env, "a").map(drop)),
        say(NoServiceStub::get(env).map(drop)),
    ]);
    lines.push(say(BillingStub::get(env, &"n".repeat(1025)).map(drop)));
    Ok(lines)
}

fn say<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{}: {error}", error.kind()),
    }
}

/// An object of the other Worker, as it is in `far.js`.
pub struct FakeBilling {
    name: String,
    charges: Cell<u32>,
}

impl FakeBilling {
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (name, charges) = (name.to_owned(), Cell::default());
        Self { name, charges }
    }
}

impl Billing for FakeBilling {
    async fn charge(&self, cents: u32, note: Option<String>) -> Result<Receipt> {
        if cents == 0 {
            return Err(Error::internal("nothing to charge"));
        }
        self.charges.update(|charges| charges + 1);
        Ok(Receipt {
            number: self.charges.get(),
            from: self.name.clone(),
            at: Timestamp::from_millis(cents.into()),
            proof: vec![cents as u8].into(),
            note,
        })
    }

    async fn forgive(&self, number: u32) -> Result<()> {
        match number <= self.charges.get() {
            true => Ok(()),
            false => Err(Error::not_found("no such receipt: 7")),
        }
    }

    async fn count(&self, _all: Vec<u64>) -> Result<u32> {
        Ok(1)
    }
}

/// The odd one.
pub struct FakeOdd {
    calls: Cell<u32>,
    clock: Clock,
}

impl FakeOdd {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let calls = Cell::default();
        Self { calls, clock }
    }

    fn fails(&self, times: u32, kind: ErrorKind) -> Result<u32> {
        self.calls.update(|calls| calls + 1);
        match self.calls.get() {
            calls if calls > times => Ok(calls),
            calls => Err(Error::new(kind, format!("call {calls}"))),
        }
    }
}

impl Odd for FakeOdd {
    async fn never(&self) -> Result<()> {
        (self.clock)().await;
        Ok(())
    }

    async fn lost(&self, times: u32) -> Result<u32> {
        self.fails(times, ErrorKind::Unavailable)
    }

    async fn busy(&self, times: u32) -> Result<u32> {
        self.fails(times, ErrorKind::Busy)
    }

    async fn answer(&self, _: String) -> Result<u32> {
        Err(Error::internal("only JavaScript can"))
    }
}

/// Waits for longer than anybody does.
pub type Clock = Rc<dyn Fn() -> Pin<Box<dyn Future<Output = ()>>>>;

/// The entrypoint of the other Worker.
#[derive(Default)]
pub struct FakeMailer(Cell<u32>);

impl Mailer for FakeMailer {
    async fn send(&self, to: String) -> Result<String> {
        match to.is_empty() {
            true => Err(Error::invalid("to whom?")),
            false => Ok(format!("sent to {to}")),
        }
    }

    async fn flaky(&self) -> Result<u32> {
        self.0.update(|calls| calls + 1);
        match self.0.get() % 2 {
            0 => Ok(2),
            _ => Err(Error::new(ErrorKind::Unavailable, "not yet")),
        }
    }
}

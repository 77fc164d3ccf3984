//! What another Worker offers: `far.js`, or natively the fakes below.

use std::cell::Cell;

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

/// The entrypoint of the other Worker.
pub struct FakeMailer;

impl Mailer for FakeMailer {
    async fn send(&self, to: String) -> Result<String> {
        match to.is_empty() {
            true => Err(Error::invalid("to whom?")),
            false => Ok(format!("sent to {to}")),
        }
    }
}

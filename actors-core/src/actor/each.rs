//! Statements that run once for each item of an iterator.

use std::marker::PhantomData;

use super::ctx::Ctx;
use super::statement::{Bind, HasTables};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::sql::Value;

/// How many items are passed on together.
const TOGETHER: usize = 1000;

/// Fewer, if their values are so large: texts count by their bytes.
const ENOUGH: usize = 1 << 20;

/// A statement that runs once for each item of an iterator, from [`sql!`](crate::sql!) with
/// `for item in items`.
#[must_use = "a statement does nothing until it is run"]
pub struct Each<Q, F> {
    text: &'static str,
    add_all: F,
    tables: PhantomData<fn() -> Q>,
}

impl<Q, F: FnOnce(&mut Runs<'_>) -> Result<()>> Each<Q, F> {
    /// Runs it for all items, in their order and in one transaction, and returns how many rows
    /// that wrote, index rows included. The values of up to 1,000 items are passed to JavaScript
    /// together.
    ///
    /// # Errors
    ///
    /// What SQLite refuses, with the number of the first such item, from 0; then nothing has
    /// changed.
    pub fn run<A: HasTables<Q>>(self, ctx: &Ctx<A>) -> Result<u64> {
        let mut runs = Runs {
            instance: ctx.instance(),
            text: self.text,
            sets: Vec::new(),
            size: 0,
            first: 0,
            written: 0,
        };
        ctx.transaction(|| {
            (self.add_all)(&mut runs)?;
            runs.flush()?;
            Ok(runs.written)
        })
    }
}

/// The runs of a statement, some of which are yet to come.
#[doc(hidden)]
pub struct Runs<'a> {
    instance: &'a Instance,
    text: &'static str,
    sets: Vec<Vec<Value<'static>>>,
    size: usize,
    /// The number of the first item whose run is yet to come.
    first: usize,
    written: u64,
}

impl Runs<'_> {
    /// Adds a run with these values.
    #[allow(clippy::missing_errors_doc, reason = "for the macro alone")]
    pub fn add<const N: usize>(&mut self, values: [&dyn Bind; N]) -> Result<()> {
        let bound = values.iter().map(|value| Ok(value.bind()?.into_owned()));
        match bound.collect::<Result<Vec<_>>>() {
            Ok(set) => self.add_set(set),
            Err(error) => {
                // An item before this one may be refused.
                self.flush()?;
                Err(at(self.first, error.at(self.text)))
            }
        }
    }

    fn add_set(&mut self, set: Vec<Value<'static>>) -> Result<()> {
        let sizes = set.iter().map(|value| match value {
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
            _ => 1,
        });
        self.size += sizes.sum::<usize>();
        self.sets.push(set);
        match self.sets.len() < TOGETHER && self.size < ENOUGH {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn flush(&mut self) -> Result<()> {
        let sets = std::mem::take(&mut self.sets);
        let written = self.instance.run_each(self.text, &sets);
        self.written += written.map_err(|(index, error)| at(self.first + index, error))?;
        self.first += sets.len();
        self.size = 0;
        Ok(())
    }
}

fn at(index: usize, error: Error) -> Error {
    error.at(format_args!("item {index}"))
}

/// What `sql!` makes of such a statement.
#[doc(hidden)]
pub fn each<Q, F>(text: &'static str, add_all: F) -> Each<Q, F>
where
    F: FnOnce(&mut Runs<'_>) -> Result<()>,
{
    let tables = PhantomData;
    Each {
        text,
        add_all,
        tables,
    }
}

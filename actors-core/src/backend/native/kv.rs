//! KV namespaces in memory, in which everything is seen at once.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::rc::{Rc, Weak};

use serde_json::value::RawValue;

use super::bindings::{Value, Values};
use super::sim::{Sim, alive};
use crate::bindings::kv::{Entry, KvStore, Query, Stored};
use crate::bindings::{KvKey, KvPage};
use crate::error::Result;
use crate::time::{Duration, Timestamp};
use crate::turn::BoxFuture;

/// A namespace of a world.
pub(super) struct Namespace {
    pub(super) sim: Weak<Sim>,
    pub(super) values: Rc<Values>,
}

impl Namespace {
    /// Lets others run, as they do while KV is asked, and removes what has expired.
    async fn reached(&self) {
        let sim = alive(&self.sim);
        sim.sleep(Duration::ZERO).await;
        let now = sim.now();
        let lives = |value: &Value| value.expires.is_none_or(|end| now < end);
        self.values.borrow_mut().retain(|_, value| lives(value));
    }
}

impl KvStore for Namespace {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>>> {
        Box::pin(async move {
            self.reached().await;
            let values = self.values.borrow();
            Ok(values.get(key).map(|found| Stored {
                value: found.value.clone(),
                metadata: found.metadata.clone(),
            }))
        })
    }

    fn put<'a>(&'a self, entry: Entry<'a>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.reached().await;
            let value = Value {
                value: entry.value.to_vec(),
                expires: entry.expires,
                metadata: entry.metadata.map(str::to_owned),
            };
            self.values.borrow_mut().insert(entry.key.to_owned(), value);
            Ok(())
        })
    }

    fn list<'a>(&'a self, query: Query<'a>) -> BoxFuture<'a, Result<KvPage>> {
        Box::pin(async move {
            self.reached().await;
            Ok(page(&self.values.borrow(), query))
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.reached().await;
            self.values.borrow_mut().remove(key);
            Ok(())
        })
    }

    fn now(&self) -> Timestamp {
        self.sim.upgrade().map_or(Timestamp::MIN, |sim| sim.now())
    }
}

/// The page after the cursor, which is the last key before it.
fn page(values: &BTreeMap<String, Value>, query: Query<'_>) -> KvPage {
    let start = match query.cursor {
        Some(last) => Bound::Excluded(last),
        None => Bound::Included(query.prefix),
    };
    let found = values.range::<str, _>((start, Bound::Unbounded));
    let mut found = found.take_while(|(name, _)| name.starts_with(query.prefix));
    let keys: Vec<_> = (found.by_ref().take(query.limit as usize))
        .map(|(name, value)| key(name, value))
        .collect();
    let last = keys.last().map(|key: &KvKey| key.name.clone());
    let cursor = last.filter(|_| found.next().is_some());
    KvPage { keys, cursor }
}

fn key(name: &str, value: &Value) -> KvKey {
    let metadata = value.metadata.clone();
    KvKey {
        name: name.to_owned(),
        expiration: value.expires.map(|end| end.as_millis() / 1_000),
        metadata: metadata.and_then(|text| RawValue::from_string(text).ok()),
    }
}

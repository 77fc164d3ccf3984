//! R2 buckets in memory.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::rc::{Rc, Weak};

use bytes::Bytes;
use http_body::Body as _;

use super::bindings::Objects;
use super::outside::outside;
use super::sim::Sim;
use crate::bindings::bucket::{
    ANY, Condition, ListOptions, Part, PutOptions, R2, no_such_range, other_length,
};
use crate::bindings::{ListedObject, Listing, Object, ObjectBody};
use crate::error::Result;
use crate::request::Body;
use crate::time::Timestamp;
use crate::turn::BoxFuture;

/// A bucket, for what is bound to it.
pub(super) struct Bucket {
    pub(super) sim: Weak<Sim>,
    pub(super) objects: Rc<Objects>,
}

impl Bucket {
    fn ask<T: 'static>(
        &self,
        work: impl FnOnce(&Objects) -> Result<T> + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let objects = self.objects.clone();
        outside(&self.sim, move || work(&objects))
    }
}

impl R2 for Bucket {
    fn head(&self, key: String) -> BoxFuture<'static, Result<Option<Object>>> {
        self.ask(move |objects| Ok(objects.borrow().get(&key).map(|(object, _)| object.clone())))
    }

    fn get(
        &self,
        key: String,
        part: Option<Part>,
    ) -> BoxFuture<'static, Result<Option<ObjectBody>>> {
        self.ask(move |objects| {
            let objects = objects.borrow();
            let Some((object, bytes)) = objects.get(&key) else {
                return Ok(None);
            };
            let range = part.map_or(Ok(0..object.size), |part| range_of(part, object.size))?;
            Ok(Some(ObjectBody {
                object: object.clone(),
                body: bytes.slice(range.start as usize..range.end as usize).into(),
                range,
            }))
        })
    }

    fn length(&self, body: &Body) -> Option<u64> {
        body.size_hint().exact()
    }

    fn put(
        &self,
        key: String,
        body: Body,
        length: u64,
        options: PutOptions,
    ) -> BoxFuture<'static, Result<Option<Object>>> {
        let (sim, objects) = (self.sim.clone(), self.objects.clone());
        Box::pin(async move {
            let bytes = body.bytes().await?;
            if bytes.len() as u64 != length {
                return Err(other_length(length));
            }
            let now = sim.upgrade().map_or(Timestamp::MIN, |sim| sim.now());
            let store = move || {
                let mut objects = objects.borrow_mut();
                let etag = objects.get(&key).map(|(object, _)| &*object.etag);
                if !options
                    .condition
                    .is_none_or(|condition| holds(&condition, etag))
                {
                    return Ok(None);
                }
                let object = Object {
                    key: key.clone(),
                    size: length,
                    etag: format!("{:x}", md5::compute(&bytes)),
                    uploaded: now,
                    http: options.http,
                    custom: options.custom,
                };
                objects.insert(key, (object.clone(), bytes));
                Ok(Some(object))
            };
            outside(&sim, store).await
        })
    }

    fn list(&self, options: ListOptions) -> BoxFuture<'static, Result<Listing>> {
        self.ask(move |objects| Ok(list(&objects.borrow(), &options)))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'static, Result<()>> {
        self.ask(move |objects| {
            objects.borrow_mut().retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }
}

/// The bytes of a part, as far as the object has them.
fn range_of(part: Part, size: u64) -> Result<Range<u64>> {
    let range = match part {
        Part::From { offset } => offset..size,
        Part::Slice { offset, length } => offset..offset.saturating_add(length).min(size),
        Part::Last { suffix } => size.saturating_sub(suffix)..size,
    };
    match range.is_empty() {
        true => Err(no_such_range()),
        false => Ok(range),
    }
}

/// Whether a condition holds for the object with that etag, or if there is none.
fn holds(condition: &Condition, found: Option<&str>) -> bool {
    let is = |etag: &str| found.is_some_and(|found| etag == ANY || etag == found);
    match condition {
        Condition::Is(etag) => is(etag),
        Condition::Not(etag) => !is(etag),
    }
}

fn list(objects: &BTreeMap<String, (Object, Bytes)>, options: &ListOptions) -> Listing {
    let mut listing = Listing::default();
    let after = options
        .cursor
        .as_deref()
        .map_or(Bound::Unbounded, Bound::Excluded);
    let mut last = None;
    for (key, (object, _)) in objects.range::<str, _>((after, Bound::Unbounded)) {
        let Some(rest) = key.strip_prefix(&*options.prefix) else {
            continue;
        };
        let delimiter = options.delimiter.as_deref();
        let end = delimiter.and_then(|text| Some(rest.find(text)? + text.len()));
        let group = end.map(|end| &key[..options.prefix.len() + end]);
        // Its other keys are in front of this one.
        let is_known = group.is_some() && listing.prefixes.last().map(String::as_str) == group;
        if !is_known {
            if listing.objects.len() + listing.prefixes.len() == options.limit {
                listing.cursor = last;
                break;
            }
            match group {
                Some(group) => listing.prefixes.push(group.to_owned()),
                None => listing.objects.push(listed(object)),
            }
        }
        last = Some(key.clone());
    }
    listing
}

fn listed(object: &Object) -> ListedObject {
    ListedObject {
        key: object.key.clone(),
        size: object.size,
        etag: object.etag.clone(),
        uploaded: object.uploaded,
    }
}

//! R2: buckets of objects.

use std::collections::BTreeMap;
use std::future::{Future, IntoFuture};
use std::ops::{Bound, Range, RangeBounds};
use std::pin::Pin;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::request::Body;
use crate::time::Timestamp;
use crate::turn::BoxFuture;
use crate::utf16::units;

/// The longest key, in bytes.
const KEY: usize = 1_024;
/// The most keys that are listed or deleted at once.
const KEYS: usize = 1_000;
/// The most custom metadata of an object, in bytes.
const METADATA: usize = 8_192;

/// An R2 bucket, from [`Env::bucket`](crate::Env::bucket): objects of up to 5 GB under keys of up
/// to 1,024 bytes.
///
/// Each call is a request over the network, and billed as one. What one call has stored, every
/// later one sees, wherever it is made. A turn that fails undoes nothing here.
///
/// ```
/// use actors_core::bindings::Bucket;
/// use actors_core::prelude::*;
///
/// async fn publish(files: &Bucket, name: &str, page: String) -> Result<String> {
///     let object = files.put(name, page).content_type("text/html").await?;
///     Ok(object.etag)
/// }
///
/// async fn serve(files: &Bucket, name: &str) -> Result<Response> {
///     let found = files.get(name).await?;
///     let found = found.ok_or_else(|| Error::not_found(format!("there is no `{name}`")))?;
///     let content_type = found.object.http.content_type.unwrap_or_default();
///     // The body is passed on as it arrives.
///     Ok(http::Response::builder().header("content-type", content_type).body(found.body)?)
/// }
/// # use actors_core::testing::World;
/// # fn main() -> Result<()> {
/// // In a test:
/// let world = World::new().bucket("FILES");
/// let files = world.env().bucket("FILES")?;
/// world.run(publish(&files, "index.html", "<p>hello".into()))?;
/// let response = world.run(serve(&files, "index.html"))?;
/// assert_eq!(response.headers()["content-type"], "text/html");
/// assert_eq!(world.run(response.into_body().bytes())?, "<p>hello");
/// # assert!(world.run(serve(&files, "other.html")).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Bucket(Rc<dyn R2>);

/// An object of a [`Bucket`], without its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size, in bytes.
    pub size: u64,
    /// The MD5 of its content, in hexadecimal digits; something else for one that was uploaded in
    /// parts. Without quotes, which an `ETag` header has.
    pub etag: String,
    /// When it was stored.
    pub uploaded: Timestamp,
    /// What it is, in terms of HTTP.
    #[serde(default)]
    pub http: HttpMetadata,
    /// The metadata of your own.
    #[serde(default)]
    pub custom: BTreeMap<String, String>,
}

/// What an [`Object`] is, in terms of HTTP: the headers to send it with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "named as the headers")]
pub struct HttpMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// For the header `Expires`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_expiry: Option<Timestamp>,
}

/// An object with its body, or with the requested range of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct ObjectBody {
    /// The object; its size is that of all of it.
    pub object: Object,
    /// Which bytes of it the body has.
    pub range: Range<u64>,
    /// The bytes: [`Body::bytes`] reads them into memory, [`Body::chunk`] in parts.
    pub body: Body,
}

/// A page of a bucket's objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Listing {
    /// The objects, in the order of their keys' bytes.
    pub objects: Vec<ListedObject>,
    /// With a delimiter: what the keys that have it begin with, up to the delimiter. A folder, if
    /// the delimiter is `/`.
    pub prefixes: Vec<String>,
    /// If there are more: where the next page begins, for [`List::cursor`].
    pub cursor: Option<String>,
}

/// An object of a [`Listing`]. Its metadata isn't listed: [`Bucket::head`] has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// Its size, in bytes.
    pub size: u64,
    /// As in [`Object::etag`].
    pub etag: String,
    /// When it was stored.
    pub uploaded: Timestamp,
}

/// A bucket of a backend.
pub(crate) trait R2 {
    fn head(&self, key: String) -> BoxFuture<'static, Result<Option<Object>>>;
    fn get(
        &self,
        key: String,
        part: Option<Part>,
    ) -> BoxFuture<'static, Result<Option<ObjectBody>>>;
    /// How many bytes a body has, if that is known before it is read.
    fn length(&self, body: &Body) -> Option<u64>;
    /// Stores an object unless its condition does not hold. The body must have that length.
    fn put(
        &self,
        key: String,
        body: Body,
        length: u64,
        options: PutOptions,
    ) -> BoxFuture<'static, Result<Option<Object>>>;
    fn list(&self, options: ListOptions) -> BoxFuture<'static, Result<Listing>>;
    fn delete(&self, keys: Vec<String>) -> BoxFuture<'static, Result<()>>;
}

/// A part of an object, as R2 writes it.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase", untagged)]
pub(crate) enum Part {
    From { offset: u64 },
    Slice { offset: u64, length: u64 },
    Last { suffix: u64 },
}

/// What is stored with an object, and when.
#[derive(Default, Serialize)]
pub(crate) struct PutOptions {
    pub(crate) http: HttpMetadata,
    pub(crate) custom: BTreeMap<String, String>,
    pub(crate) condition: Option<Condition>,
}

/// When an object is stored, as R2 writes it.
#[derive(Serialize)]
pub(crate) enum Condition {
    #[serde(rename = "etagMatches")]
    Is(String),
    #[serde(rename = "etagDoesNotMatch")]
    Not(String),
}

/// Any etag.
pub(crate) const ANY: &str = "*";

/// Which objects are listed.
#[derive(Default, Serialize)]
pub(crate) struct ListOptions {
    pub(crate) prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delimiter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
    pub(crate) limit: usize,
}

/// The error for a range without a byte.
pub(crate) fn no_such_range() -> Error {
    Error::invalid("the range has no byte of the object")
}

/// The error for a body of another length than was announced.
pub(crate) fn other_length(length: u64) -> Error {
    Error::invalid(format!(
        "the body does not have {length} bytes, as announced"
    ))
}

impl Bucket {
    pub(crate) fn new(bucket: Rc<dyn R2>) -> Self {
        Self(bucket)
    }

    /// The object of that key, without its body; none if there is none.
    ///
    /// # Errors
    ///
    /// A key of more than 1,024 bytes; R2 can't be reached.
    pub async fn head(&self, key: &str) -> Result<Option<Object>> {
        check_key(key)?;
        self.0.head(key.to_owned()).await
    }

    /// Reads the object of that key, with its body: await what this returns.
    ///
    /// ```
    /// # use actors_core::{bindings::Bucket, prelude::*};
    /// # async fn read(files: &Bucket) -> Result<()> {
    /// if let Some(found) = files.get("log").range(..1024).await? {
    ///     println!("{} of {} bytes", found.range.end, found.object.size);
    ///     let bytes = found.body.bytes().await?;
    /// }
    /// let end = files.get("log").suffix(100).await?;
    /// # Ok(())
    /// # }
    /// # let world = actors_core::testing::World::new().bucket("FILES");
    /// # world.run(read(&world.env().bucket("FILES").unwrap())).unwrap();
    /// ```
    pub fn get(&self, key: &str) -> Get {
        Get {
            bucket: self.0.clone(),
            key: key.to_owned(),
            part: None,
        }
    }

    /// Stores an object, in the place of the one that has this key: await what this returns.
    ///
    /// R2 must know the length of a body before it arrives. Bytes and texts have one, so do the
    /// body of an object and that of a request with a `content-length`; for any other stream say it,
    /// [`Put::length`]. A stream goes to R2 as it arrives, and is never in memory as a whole.
    ///
    /// ```
    /// # use actors_core::{bindings::Bucket, prelude::*};
    /// async fn upload(files: &Bucket, request: Request) -> Result<Response> {
    ///     let key = request.uri().path().to_owned();
    ///     let put = files.put(&key, request.into_body()).metadata("by", "Ann");
    ///     let object = put.if_absent().await?; // a Conflict, answered 409, if there is one
    ///     json_response(201, &object)
    /// }
    /// # let world = actors_core::testing::World::new().bucket("FILES");
    /// # let files = world.env().bucket("FILES")?;
    /// # let request = || http::Request::post("/a").body("hello".into()).unwrap();
    /// # assert_eq!(world.run(upload(&files, request()))?.status(), 201);
    /// # assert_eq!(world.run(upload(&files, request())).unwrap_err().kind(), ErrorKind::Conflict);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn put(&self, key: &str, body: impl Into<Body>) -> Put {
        Put {
            bucket: self.0.clone(),
            key: key.to_owned(),
            body: body.into(),
            length: None,
            options: PutOptions::default(),
        }
    }

    /// Lists the objects, a page of up to 1,000: await what this returns.
    ///
    /// ```
    /// # use actors_core::{bindings::Bucket, prelude::*};
    /// async fn sizes(files: &Bucket) -> Result<u64> {
    ///     let mut sum = 0;
    ///     let mut page = files.list().prefix("logs/").await?;
    ///     loop {
    ///         sum += page.objects.iter().map(|object| object.size).sum::<u64>();
    ///         let Some(cursor) = page.cursor else { return Ok(sum) };
    ///         page = files.list().prefix("logs/").cursor(cursor).await?;
    ///     }
    /// }
    /// # let world = actors_core::testing::World::new().bucket("FILES");
    /// # let files = world.env().bucket("FILES")?;
    /// # world.run(files.put("logs/a", "12").into_future())?;
    /// # assert_eq!(world.run(sizes(&files))?, 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn list(&self) -> List {
        List {
            bucket: self.0.clone(),
            options: ListOptions {
                limit: KEYS,
                ..ListOptions::default()
            },
        }
    }

    /// Deletes the object of that key, if there is one.
    ///
    /// # Errors
    ///
    /// A key of more than 1,024 bytes; R2 can't be reached.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.delete_all([key]).await
    }

    /// Deletes the objects of those keys, as far as there are some, in one request.
    ///
    /// # Errors
    ///
    /// More than 1,000 keys, or one of more than 1,024 bytes; R2 can't be reached.
    pub async fn delete_all(
        &self,
        keys: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<()> {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        if keys.len() > KEYS {
            let message = format!("R2 deletes up to 1,000 keys at once, not {}", keys.len());
            return Err(Error::invalid(message));
        }
        keys.iter().try_for_each(|key| check_key(key))?;
        match keys.is_empty() {
            true => Ok(()),
            false => self.0.delete(keys).await,
        }
    }
}

/// Reads an object, from [`Bucket::get`], when it is awaited.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] for a key of more than 1,024 bytes, or a range without a byte of
/// the object; R2 can't be reached.
#[must_use = "nothing is read until this is awaited"]
pub struct Get {
    bucket: Rc<dyn R2>,
    key: String,
    part: Option<Part>,
}

impl Get {
    /// Reads only those bytes, as far as the object has them: `..10`, `100..200`, `100..`.
    pub fn range(mut self, range: impl RangeBounds<u64>) -> Self {
        let offset = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(start) => start.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(end) => Some(end.saturating_add(1)),
            Bound::Excluded(end) => Some(*end),
            Bound::Unbounded => None,
        };
        self.part = Some(match end {
            None => Part::From { offset },
            Some(end) => Part::Slice {
                offset,
                length: end.saturating_sub(offset),
            },
        });
        self
    }

    /// Reads only so many bytes from the end; all of them if there are fewer.
    pub fn suffix(mut self, length: u64) -> Self {
        self.part = Some(Part::Last { suffix: length });
        self
    }
}

impl IntoFuture for Get {
    type Output = Result<Option<ObjectBody>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            check_key(&self.key)?;
            // R2 would take an absent length for one of zero.
            if let Some(Part::Slice { length: 0, .. } | Part::Last { suffix: 0 }) = self.part {
                return Err(no_such_range());
            }
            self.bucket.get(self.key, self.part).await
        })
    }
}

/// Stores an object, from [`Bucket::put`], when it is awaited.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] for a key of more than 1,024 bytes, more than 8,192 bytes of
/// custom metadata, or a body whose length is not known or not the one announced;
/// [`ErrorKind::Conflict`] if a condition does not hold; R2 can't be reached. Nothing is stored
/// then.
#[must_use = "nothing is stored until this is awaited"]
pub struct Put {
    bucket: Rc<dyn R2>,
    key: String,
    body: Body,
    length: Option<u64>,
    options: PutOptions,
}

impl Put {
    /// Says what the content is: `text/html`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.options.http.content_type = Some(content_type.into());
        self
    }

    /// Sets all that is stored about the content in terms of HTTP.
    pub fn http(mut self, http: HttpMetadata) -> Self {
        self.options.http = http;
        self
    }

    /// Adds metadata of your own.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.custom.insert(name.into(), value.into());
        self
    }

    /// Announces the length of a stream, in bytes.
    pub fn length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// Stores it only if there is no object with this key.
    pub fn if_absent(mut self) -> Self {
        self.options.condition = Some(Condition::Not(ANY.to_owned()));
        self
    }

    /// Stores it only in the place of an object with that [etag](Object::etag).
    pub fn if_etag(mut self, etag: &str) -> Self {
        // R2 would refuse the quotes of an `ETag` header.
        self.options.condition = Some(Condition::Is(etag.trim_matches('"').to_owned()));
        self
    }

    async fn store(self) -> Result<Object> {
        check_key(&self.key)?;
        check_metadata(&self.options.custom)?;
        let known = self.bucket.length(&self.body);
        let length = self.length.or(known).ok_or_else(|| {
            Error::invalid(
                "R2 stores no stream of unknown length: announce it with `length`, or read it into \
                 memory with `Body::bytes`",
            )
        })?;
        if known.is_some_and(|known| known != length) {
            return Err(other_length(length));
        }
        let conflict = match &self.options.condition {
            Some(Condition::Is(etag)) => format!("`{}` does not have the etag `{etag}`", self.key),
            _ => format!("there is an object `{}`", self.key),
        };
        let stored = self.bucket.put(self.key, self.body, length, self.options);
        stored
            .await?
            .ok_or_else(|| Error::new(ErrorKind::Conflict, conflict))
    }
}

impl IntoFuture for Put {
    type Output = Result<Object>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.store())
    }
}

/// Lists objects, from [`Bucket::list`], when it is awaited.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`] for a limit outside 1 to 1,000; R2 can't be reached.
#[must_use = "nothing is listed until this is awaited"]
pub struct List {
    bucket: Rc<dyn R2>,
    options: ListOptions,
}

impl List {
    /// Lists only keys that begin like this.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.options.prefix = prefix.into();
        self
    }

    /// Lists keys that have this after the prefix only up to it, in [`Listing::prefixes`].
    pub fn delimiter(mut self, delimiter: impl Into<String>) -> Self {
        self.options.delimiter = Some(delimiter.into()).filter(|text| !text.is_empty());
        self
    }

    /// Goes on where [another page](Listing::cursor) has ended.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.options.cursor = Some(cursor.into());
        self
    }

    /// Lists up to so many objects and prefixes, 1 to 1,000; a page may have fewer.
    pub fn limit(mut self, limit: usize) -> Self {
        self.options.limit = limit;
        self
    }
}

impl IntoFuture for List {
    type Output = Result<Listing>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let limit = self.options.limit;
            if !(1..=KEYS).contains(&limit) {
                let message = format!("R2 lists 1 to 1,000 keys at once, not {limit}");
                return Err(Error::invalid(message));
            }
            self.bucket.list(self.options).await
        })
    }
}

fn check_key(key: &str) -> Result<()> {
    match key.len() {
        0..=KEY => Ok(()),
        length => Err(Error::invalid(format!(
            "the key has {length} bytes, and may have 1,024"
        ))),
    }
}

/// Checks the size of custom metadata, as R2 counts it.
fn check_metadata(custom: &BTreeMap<String, String>) -> Result<()> {
    let is_wide = |text: &str| text.chars().any(|char| u32::from(char) > 255);
    let bytes = |text: &str| units(text) * if is_wide(text) { 2 } else { 1 };
    let size: usize = custom
        .iter()
        .map(|(name, value)| bytes(name) + bytes(value))
        .sum();
    match size {
        0..=METADATA => Ok(()),
        size => Err(Error::invalid(format!(
            "the metadata has {size} bytes, and may have 8,192"
        ))),
    }
}

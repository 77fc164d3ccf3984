//! KV: a store of values by key, which the whole world reads.

use std::borrow::Cow;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::json::to_text;
use crate::error::{Error, Result};
use crate::json;
use crate::time::{Duration, Timestamp};
use crate::turn::BoxFuture;

const MOST_KEY_BYTES: usize = 512;
const MOST_VALUE_BYTES: usize = 25 << 20;
const MOST_METADATA_BYTES: usize = 1_024;
const MOST_LISTED: u32 = 1_000;
const SHORTEST: Duration = Duration::from_secs(60);

/// A KV namespace: values by key, which can be read fast all over the world, from
/// [`Env::kv`](crate::Env::kv) or from a field of a [`bindings`](macro@crate::bindings) struct.
///
/// ```
/// use actors_core::prelude::*;
///
/// async fn visit(env: &Env) -> Result<String> {
///     let cache = env.kv("CACHE")?;
///     cache.put("greeting", "hello").ttl(hours(1)).await?;
///     Ok(cache.get("greeting").await?.unwrap_or_default())
/// }
/// # let world = actors_core::testing::World::new().kv("CACHE");
/// # assert_eq!(world.run(visit(world.env())).unwrap(), "hello");
/// # world.advance(hours(1));
/// # let cache = world.env().kv("CACHE").unwrap();
/// # assert_eq!(world.run(cache.get("greeting")).unwrap(), None);
/// ```
///
/// A key has 1 to 512 bytes, and is neither `.` nor `..`; a value has at most 25 MiB. What is beyond
/// is refused with an [`InvalidArgument`](crate::ErrorKind::InvalidArgument) before anything is sent.
///
/// # In production
///
/// KV is eventually consistent: a value that was written is seen at once where it was written, and
/// after up to 60 seconds or more elsewhere; so is the absence of a key. One key takes one write a
/// second, and more fail. Under `cargo test` and in `wrangler dev` everything is seen at once, and
/// writes are not counted. Nothing here is part of a turn's transaction: a value stays written when
/// the handler fails afterwards. For state that must be right, use the actor's own tables.
///
/// Each operation is one request to KV, which is billed.
#[derive(Clone)]
pub struct Kv(Rc<dyn KvStore>);

/// A namespace as the backend has it; what it gets is within the limits.
pub(crate) trait KvStore {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>>>;
    fn put<'a>(&'a self, entry: Entry<'a>) -> BoxFuture<'a, Result<()>>;
    /// The keys, by their bytes.
    fn list<'a>(&'a self, query: Query<'a>) -> BoxFuture<'a, Result<KvPage>>;
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<()>>;
    fn now(&self) -> Timestamp;
}

/// A value that was found, with its metadata as JSON.
pub(crate) struct Stored {
    pub(crate) value: Vec<u8>,
    pub(crate) metadata: Option<String>,
}

/// A value to be stored. It ends at a whole second.
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a [u8],
    pub(crate) expires: Option<Timestamp>,
    pub(crate) metadata: Option<&'a str>,
}

/// Which keys are listed.
#[derive(Clone, Copy)]
pub(crate) struct Query<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) cursor: Option<&'a str>,
    pub(crate) limit: u32,
}

impl Kv {
    pub(crate) fn new(store: Rc<dyn KvStore>) -> Self {
        Self(store)
    }

    /// The text of a key, if it has one.
    ///
    /// # Errors
    ///
    /// The value is not UTF-8; a key beyond the limits; or KV fails.
    pub async fn get(&self, key: &str) -> Result<Option<String>> {
        let stored = self.stored(key).await?;
        stored.map(|stored| text(key, stored.value)).transpose()
    }

    /// The bytes of a key, if it has a value.
    ///
    /// # Errors
    ///
    /// A key beyond the limits, or KV fails.
    pub async fn get_bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.stored(key).await?.map(|stored| stored.value))
    }

    /// The value of a key from its JSON, if it has one: what [`put_json`](Self::put_json) stored.
    ///
    /// # Errors
    ///
    /// The value is no `T`; a key beyond the limits; or KV fails.
    pub async fn get_json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(text) = self.get(key).await? else {
            return Ok(None);
        };
        json::from_text(&text)
            .map(Some)
            .map_err(|error| unreadable(key, &error))
    }

    /// The text of a key together with the metadata that it was stored with, if it has any.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// async fn author(cache: &Kv) -> Result<Option<String>> {
    ///     cache.put("page", "<p>").metadata(&"Ann").await?;
    ///     let found = cache.get_with_metadata::<String>("page").await?;
    ///     Ok(found.and_then(|(_text, author)| author))
    /// }
    /// # let world = actors_core::testing::World::new().kv("CACHE");
    /// # let cache = world.env().kv("CACHE").unwrap();
    /// # assert_eq!(world.run(author(&cache)).unwrap().as_deref(), Some("Ann"));
    /// ```
    ///
    /// # Errors
    ///
    /// The metadata is no `M`; and those of [`get`](Self::get).
    pub async fn get_with_metadata<M: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<(String, Option<M>)>> {
        let Some(stored) = self.stored(key).await? else {
            return Ok(None);
        };
        let metadata = metadata(key, stored.metadata.as_deref())?;
        Ok(Some((text(key, stored.value)?, metadata)))
    }

    async fn stored(&self, key: &str) -> Result<Option<Stored>> {
        check_key(key)?;
        self.0.get(key).await
    }

    /// Stores a text or bytes under a key, in the place of what was there, with its expiry and its
    /// metadata. It is sent when it is awaited.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # async fn store(cache: &Kv) -> Result<()> {
    /// cache.put("a", "text").await?;
    /// cache.put("b", &[0, 1, 255]).ttl(minutes(5)).metadata(&"Ann").await?;
    /// # Ok(()) }
    /// # let world = actors_core::testing::World::new().kv("CACHE");
    /// # world.run(store(&world.env().kv("CACHE").unwrap())).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// What it is awaited for: something beyond the limits, or KV fails, as it does for more than
    /// one write a second to a key.
    pub fn put<'a>(&self, key: &'a str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> KvPut<'a> {
        self.putting(key, Ok(Cow::Borrowed(value.as_ref())))
    }

    /// Stores a value as JSON.
    ///
    /// # Errors
    ///
    /// Those of [`put`](Self::put), and a value that JSON would change, such as NaN.
    pub fn put_json<'a>(&self, key: &'a str, value: &impl Serialize) -> KvPut<'a> {
        let mut text = Vec::new();
        let written = json::write(&mut text, value);
        self.putting(key, written.map(|()| Cow::Owned(text)))
    }

    fn putting<'a>(&self, key: &'a str, value: Result<Cow<'a, [u8]>, String>) -> KvPut<'a> {
        KvPut {
            kv: self.clone(),
            key,
            value: value.map_err(|error| {
                Error::invalid(format!(
                    "the value of `{key}` can't be stored in KV: {error}"
                ))
            }),
            expiry: None,
            metadata: Ok(None),
        }
    }

    /// Lists keys in the order of their bytes, a page at a time.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// async fn names(cache: &Kv) -> Result<Vec<String>> {
    ///     let mut names = Vec::new();
    ///     let mut cursor = None;
    ///     loop {
    ///         let page = cache.list().prefix("user:").cursor(cursor).await?;
    ///         names.extend(page.keys.into_iter().map(|key| key.name));
    ///         cursor = page.cursor;
    ///         if cursor.is_none() {
    ///             return Ok(names);
    ///         }
    ///     }
    /// }
    /// # let world = actors_core::testing::World::new().kv("CACHE");
    /// # let cache = world.env().kv("CACHE").unwrap();
    /// # world.run(cache.put("user:ann", "")).unwrap();
    /// # assert_eq!(world.run(names(&cache)).unwrap(), ["user:ann"]);
    /// ```
    pub fn list(&self) -> KvList<'_> {
        KvList {
            kv: self.clone(),
            prefix: "",
            cursor: None,
            limit: MOST_LISTED,
        }
    }

    /// Deletes a key; one that does not exist is deleted already.
    ///
    /// # Errors
    ///
    /// A key beyond the limits, or KV fails.
    pub async fn delete(&self, key: &str) -> Result<()> {
        check_key(key)?;
        self.0.delete(key).await
    }
}

/// A value that is being stored, by [`Kv::put`]: await it.
#[must_use = "nothing is stored until it is awaited"]
pub struct KvPut<'a> {
    kv: Kv,
    key: &'a str,
    value: Result<Cow<'a, [u8]>>,
    expiry: Option<Expiry>,
    metadata: Result<Option<String>>,
}

/// When a value is gone.
#[derive(Clone, Copy)]
enum Expiry {
    After(Duration),
    At(Timestamp),
}

impl KvPut<'_> {
    /// Deletes the key after that time, at least 60 seconds; rounded up to whole seconds.
    pub fn ttl(self, ttl: Duration) -> Self {
        let expiry = Some(Expiry::After(ttl));
        Self { expiry, ..self }
    }

    /// Deletes the key at that time, at least 60 seconds from now; rounded up to whole seconds.
    pub fn expires(self, at: Timestamp) -> Self {
        let expiry = Some(Expiry::At(at));
        Self { expiry, ..self }
    }

    /// Stores something small beside the value, which [`Kv::list`] returns, too: at most 1,024
    /// bytes of JSON, in which numbers are JavaScript's: one that is not exact there is refused.
    pub fn metadata(self, metadata: &impl Serialize) -> Self {
        // Null is none.
        let text = to_text(metadata).map(|text| Some(text).filter(|text| text != "null"));
        let text = text.map_err(|error| {
            let key = self.key;
            Error::invalid(format!(
                "the metadata of `{key}` can't be stored in KV: {error}"
            ))
        });
        Self {
            metadata: text,
            ..self
        }
    }

    async fn send(self) -> Result<()> {
        check_key(self.key)?;
        let (value, metadata) = (self.value?, self.metadata?);
        check("a value", value.len(), MOST_VALUE_BYTES)?;
        let length = metadata.as_ref().map_or(0, String::len);
        check("metadata", length, MOST_METADATA_BYTES)?;
        let expires = self.expiry.map(|expiry| expiry.end(self.kv.0.now()));
        let entry = Entry {
            key: self.key,
            value: &value,
            expires: expires.transpose()?,
            metadata: metadata.as_deref(),
        };
        self.kv.0.put(entry).await
    }
}

impl<'a> IntoFuture for KvPut<'a> {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Expiry {
    fn end(self, now: Timestamp) -> Result<Timestamp> {
        let end = match self {
            Self::After(ttl) => now + ttl,
            Self::At(end) => end,
        };
        if end.since(now) < SHORTEST {
            let message = "a key in KV can expire after 60 seconds at the earliest";
            return Err(Error::invalid(message));
        }
        Ok(Timestamp::from_millis(
            (end.as_millis() + 999) / 1_000 * 1_000,
        ))
    }
}

/// Keys that are being listed, by [`Kv::list`]: await it for a [`KvPage`].
///
/// # Errors
///
/// A prefix of more than 512 bytes, a limit that is not 1 to 1,000, or KV fails.
#[must_use = "nothing is listed until it is awaited"]
pub struct KvList<'a> {
    kv: Kv,
    prefix: &'a str,
    cursor: Option<String>,
    limit: u32,
}

impl<'a> KvList<'a> {
    /// Lists only the keys that begin so.
    pub fn prefix<'b>(self, prefix: &'b str) -> KvList<'b>
    where
        'a: 'b,
    {
        KvList { prefix, ..self }
    }

    /// Goes on behind a page, with the [`cursor`](KvPage::cursor) of that page, and the same
    /// prefix; with `None` it begins.
    pub fn cursor(self, cursor: impl Into<Option<String>>) -> Self {
        let cursor = cursor.into();
        Self { cursor, ..self }
    }

    /// Lists at most so many keys, 1 to 1,000; 1,000 if it is not said.
    pub fn limit(self, limit: u32) -> Self {
        Self { limit, ..self }
    }

    async fn send(self) -> Result<KvPage> {
        check("a prefix of keys", self.prefix.len(), MOST_KEY_BYTES)?;
        if !(1..=MOST_LISTED).contains(&self.limit) {
            let message = format!("KV lists 1 to 1,000 keys at once, and not {}", self.limit);
            return Err(Error::invalid(message));
        }
        let query = Query {
            prefix: self.prefix,
            cursor: self.cursor.as_deref(),
            limit: self.limit,
        };
        self.kv.0.list(query).await
    }
}

impl<'a> IntoFuture for KvList<'a> {
    type Output = Result<KvPage>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<KvPage>> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A page of keys.
#[derive(Debug, Deserialize)]
pub struct KvPage {
    /// The keys, in the order of their bytes.
    pub keys: Vec<KvKey>,
    /// What the next page begins with, if there are more keys. A page may have fewer keys than
    /// asked for, or none, and still have a next one.
    pub cursor: Option<String>,
}

/// A key that was listed.
#[derive(Clone, Debug, Deserialize)]
pub struct KvKey {
    /// The key itself.
    pub name: String,
    /// In seconds, as KV has it.
    pub(crate) expiration: Option<i64>,
    pub(crate) metadata: Option<Box<RawValue>>,
}

impl KvKey {
    /// When the key expires, if it does.
    pub fn expires(&self) -> Option<Timestamp> {
        let seconds = self.expiration?;
        Some(Timestamp::from_millis(seconds.saturating_mul(1_000)))
    }

    /// The metadata of the key, if it has any.
    ///
    /// # Errors
    ///
    /// It is no `M`.
    pub fn metadata<M: DeserializeOwned>(&self) -> Result<Option<M>> {
        metadata(&self.name, self.metadata.as_deref().map(RawValue::get))
    }
}

fn check_key(key: &str) -> Result<()> {
    if ["", ".", ".."].contains(&key) {
        return Err(Error::invalid(format!("\"{key}\" can't be a key in KV")));
    }
    check("a key", key.len(), MOST_KEY_BYTES)
}

fn check(what: &str, length: usize, most: usize) -> Result<()> {
    if length <= most {
        return Ok(());
    }
    let message = format!("{what} in KV has at most {most} bytes, and this has {length}");
    Err(Error::invalid(message))
}

fn text(key: &str, value: Vec<u8>) -> Result<String> {
    String::from_utf8(value).map_err(|_| unreadable(key, "it is not UTF-8: use `get_bytes`"))
}

fn metadata<M: DeserializeOwned>(key: &str, text: Option<&str>) -> Result<Option<M>> {
    let metadata = text.map(json::from_text).transpose();
    metadata.map_err(|error| unreadable(key, &format!("its metadata: {error}")))
}

fn unreadable(key: &str, why: &str) -> Error {
    Error::internal(format!("the value of `{key}` in KV can't be read: {why}"))
}

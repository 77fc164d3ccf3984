//! A rate limiter: how often has a key been used, and may it be used again?
//!
//! ```sh
//! curl -X POST localhost:8787/limits/api/ann -d '{"limit": 5, "period": 60}'
//! ```
//!
//! Uses are counted in buckets of a few seconds. A window counts the buckets from the one
//! that contains its start to the current one, so smaller buckets make it more exact.

use actors_core::prelude::*;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// The uses of a key in one slice of time.
#[sql_table(
    name = "rate_limit_buckets",
    unique(bucket_of_key(key, start)),
    index(bucket_by_time(start))
)]
pub struct Bucket {
    key: String,
    start: Timestamp,
    count: u64,
}

/// The limits for a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How many uses the main window allows.
    pub limit: u32,
    /// How long the main window is, in seconds.
    pub period: u32,
    /// Makes the main window the current day in UTC instead, which ends at midnight.
    #[serde(default)]
    pub utc_day: bool,
    /// How many uses the burst window allows, if that is limited.
    pub burst: Option<u32>,
    /// How long the burst window is, in seconds: 60 by default.
    pub burst_window: Option<u32>,
    /// How many uses any 24 hours allow, if that is limited.
    pub daily: Option<u32>,
    /// How long a bucket is, in seconds: 10 by default.
    pub bucket_size: Option<u32>,
}

/// Whether the key may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether it may be used; only then the use is counted.
    pub success: bool,
    /// How many uses are left: the smaller of those in the main window and in the day.
    pub remaining: u32,
    /// The limit that is exceeded, if any.
    pub exceeded: Option<Exceeded>,
}

/// An exceeded limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceeded {
    /// Which one.
    pub limit: Limit,
    /// How many uses it allows.
    pub value: u32,
    /// In how many seconds.
    pub period: u32,
    /// After how many seconds the same use will be allowed, if there are no others
    /// meanwhile; none if it is more than is ever allowed.
    pub retry_after: Option<u32>,
}

/// The limits, in the order in which they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// [`Config::limit`]
    Main,
    /// [`Config::burst`]
    Burst,
    /// [`Config::daily`]
    Daily,
}

const DAY: u32 = 24 * 60 * 60;

/// A limiter for any number of keys.
#[actor(tables(Bucket))]
pub struct RateLimiter {
    /// How far back any window has reached so far: anything older is cleaned up.
    #[persist]
    widest_window: Duration,
}

#[actor]
impl RateLimiter {
    /// Counts `by` uses of the key (1 by default), if its limits allow them.
    pub fn increment(
        &mut self,
        ctx: &Ctx<Self>,
        key: String,
        config: Config,
        by: Option<u32>,
    ) -> Result<Decision> {
        let by = by.unwrap_or(1);
        let windows = config.windows(ctx.now())?;
        let usage = Usage::of(ctx, &key, &windows)?;
        if let Some(window) = usage.first_in_the_way(by) {
            return Ok(Decision {
                success: false,
                remaining: usage.remaining(),
                exceeded: Some(window.exceeded(ctx, &key, by)?),
            });
        }
        let reach = windows.iter().map(Window::reach).max().unwrap_or_default();
        self.widest_window = self.widest_window.max(reach);
        let start = bucket_of(ctx.now(), config.bucket());
        sql!(Bucket => "INSERT INTO rate_limit_buckets (key, start, count) VALUES ({key}, {start}, {by = u64::from(by)})
                        ON CONFLICT (key, start) DO UPDATE SET count = count + excluded.count")
        .run(ctx)?;
        Ok(Decision {
            success: true,
            remaining: usage.remaining() - by,
            exceeded: None,
        })
    }

    /// Returns how many uses of the key are left: the smaller of those in the main window and in
    /// the day.
    pub fn remaining(&self, ctx: &Ctx<Self>, key: String, config: Config) -> Result<u32> {
        Ok(Usage::of(ctx, &key, &config.windows(ctx.now())?)?.remaining())
    }

    /// Forgets the uses of the key, or of all keys.
    pub fn reset(&mut self, ctx: &Ctx<Self>, key: Option<String>) -> Result<()> {
        match key {
            Some(key) => {
                sql!(Bucket => "DELETE FROM rate_limit_buckets WHERE key = {key}").run(ctx)?
            }
            None => sql!(Bucket => "DELETE FROM rate_limit_buckets").run(ctx)?,
        };
        Ok(())
    }

    /// `POST /limits/{name}/{key}`: [`increment`](Self::increment) with the
    /// config in the body.
    #[on_request]
    fn http(&mut self, ctx: &Ctx<Self>, request: Request<String>) -> Result<Response> {
        if request.method() != "POST" {
            return Ok(http::Response::builder()
                .status(405)
                .header("allow", "POST")
                .body(Body::empty())?);
        }
        let key = key_in(request.uri().path())?;
        let config = serde_json::from_str(request.body())
            .map_err(|error| Error::invalid(format!("the body is not a config: {error}")))?;
        let decision = self.increment(ctx, key, config, None)?;
        let mut response = json_response(if decision.success { 200 } else { 429 }, &decision)?;
        if let Some(seconds) = decision.exceeded.and_then(|exceeded| exceeded.retry_after) {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        Ok(response)
    }

    #[alarm(every = "5m")]
    fn cleanup_expired_buckets(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        let cutoff = ctx.now() - self.widest_window;
        sql!(Bucket => "DELETE FROM rate_limit_buckets WHERE start <= {cutoff}").run(ctx)?;
        Ok(())
    }
}

impl Config {
    /// The windows, in the order in which they are checked.
    fn windows(&self, now: Timestamp) -> Result<Vec<Window>> {
        self.check()?;
        let period = if self.utc_day { DAY } else { self.period };
        let main = Window::new(Limit::Main, self.limit, period, self.bucket(), now);
        let main = if self.utc_day {
            main.aligned(now)
        } else {
            main
        };
        let burst = self
            .burst
            .map(|value| Window::new(Limit::Burst, value, self.burst_window(), self.bucket(), now));
        let daily = self
            .daily
            .map(|value| Window::new(Limit::Daily, value, DAY, self.bucket(), now));
        Ok([Some(main), burst, daily].into_iter().flatten().collect())
    }

    fn check(&self) -> Result<()> {
        let size = self.bucket_size.unwrap_or(10);
        let windows = [
            ("period", self.period),
            ("burst_window", self.burst_window()),
            ("day", DAY),
        ];
        for (name, seconds) in windows {
            if seconds == 0 {
                return Err(Error::invalid(format!(
                    "`{name}` is 0 seconds: it must be longer"
                )));
            }
            let is_used = name != "burst_window" || self.burst.is_some();
            if is_used && size > seconds {
                return Err(Error::invalid(format!(
                    "`bucket_size` ({size} s) is larger than the `{name}` ({seconds} s)"
                )));
            }
        }
        if size == 0 {
            return Err(Error::invalid(
                "`bucket_size` is 0 seconds: it must be longer",
            ));
        }
        Ok(())
    }

    fn bucket(&self) -> Duration {
        seconds(self.bucket_size.unwrap_or(10).into())
    }

    fn burst_window(&self) -> u32 {
        self.burst_window.unwrap_or(60)
    }
}

/// A limit for a span of time that ends now.
struct Window {
    limit: Limit,
    value: u32,
    period: u32,
    bucket: Duration,
    /// The start of the first bucket that counts.
    from: Timestamp,
    /// When it ends for all uses at once, if it does.
    until: Option<Timestamp>,
}

impl Window {
    fn new(limit: Limit, value: u32, period: u32, bucket: Duration, now: Timestamp) -> Self {
        let from = bucket_of(now - seconds(period.into()), bucket);
        Self {
            limit,
            value,
            period,
            bucket,
            from,
            until: None,
        }
    }

    /// The same window, but from midnight to midnight in UTC.
    fn aligned(self, now: Timestamp) -> Self {
        let midnight = bucket_of(now, days(1));
        Self {
            from: bucket_of(midnight, self.bucket),
            until: Some(midnight + days(1)),
            ..self
        }
    }

    /// How far back from now its buckets can begin.
    fn reach(&self) -> Duration {
        seconds(self.period.into()) + self.bucket
    }

    fn used(&self, ctx: &Ctx<RateLimiter>, key: &str) -> Result<u64> {
        sql!(Bucket => "SELECT COALESCE(SUM(count), 0) FROM rate_limit_buckets
                        WHERE key = {key} AND start >= {from = self.from}")
        .one(ctx)
    }

    fn exceeded(&self, ctx: &Ctx<RateLimiter>, key: &str, by: u32) -> Result<Exceeded> {
        Ok(Exceeded {
            limit: self.limit,
            value: self.value,
            period: self.period,
            retry_after: self.free_at(ctx, key, by)?.map(|at| {
                let millis = (at - ctx.now()).as_millis();
                u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX)
            }),
        })
    }

    /// When enough buckets have left the window for `by` more uses.
    fn free_at(&self, ctx: &Ctx<RateLimiter>, key: &str, by: u32) -> Result<Option<Timestamp>> {
        let Some(allowed) = self.value.checked_sub(by) else {
            return Ok(None);
        };
        if self.until.is_some() {
            return Ok(self.until);
        }
        let mut used = self.used(ctx, key)?;
        let mut free_at = None;
        sql!(Bucket => "SELECT start, count FROM rate_limit_buckets
                        WHERE key = {key} AND start >= {from = self.from} ORDER BY start")
        .for_each(ctx, |bucket| {
            if used > u64::from(allowed) {
                used -= bucket.count;
                free_at = Some(bucket.start + self.reach());
            }
            Ok(())
        })?;
        Ok(free_at)
    }
}

/// How much of each window has been used.
struct Usage<'a>(Vec<(&'a Window, u64)>);

impl<'a> Usage<'a> {
    fn of(ctx: &Ctx<RateLimiter>, key: &str, windows: &'a [Window]) -> Result<Self> {
        windows
            .iter()
            .map(|window| Ok((window, window.used(ctx, key)?)))
            .collect::<Result<_>>()
            .map(Self)
    }

    fn first_in_the_way(&self, by: u32) -> Option<&'a Window> {
        let is_in_the_way =
            |(window, used): &&(&Window, u64)| used + u64::from(by) > window.value.into();
        self.0.iter().find(is_in_the_way).map(|(window, _)| *window)
    }

    /// How many uses are left: the smaller of those in the main window and in the day.
    fn remaining(&self) -> u32 {
        let limits = self
            .0
            .iter()
            .filter(|(window, _)| window.limit != Limit::Burst);
        let left = limits
            .map(|(window, used)| u64::from(window.value).saturating_sub(*used))
            .min();
        left.and_then(|left| u32::try_from(left).ok())
            .unwrap_or_default()
    }
}

/// The start of the bucket that contains that moment.
fn bucket_of(moment: Timestamp, size: Duration) -> Timestamp {
    let size = i64::try_from(size.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(moment.as_millis().div_euclid(size) * size)
}

/// The key in `/limits/{name}/{key}`: everything after the name.
fn key_in(path: &str) -> Result<String> {
    let key = path.splitn(4, '/').nth(3).unwrap_or_default();
    let key = percent_decode_str(key)
        .decode_utf8()
        .map_err(|_| Error::invalid("the key is not UTF-8 in percent-encoding"))?;
    Ok(key.into_owned())
}

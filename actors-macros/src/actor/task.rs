//! `#[task]`: its options.

use std::time::Duration;

use syn::Meta;

use super::alarm::{self, Retry};
use super::method::Method;
use super::mistakes::Mistake;
use super::span::duration;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

/// The options, each with an example.
const OPTIONS: &[&str] = &[
    "retry(max = 5, base = \"2s\", cap = \"1h\")",
    "version = 2",
    "timeout = \"1d\"",
    "keep = \"7d\"",
    "at_most = 10",
];

/// A `#[task]` method.
pub(super) struct Task {
    pub(super) method: Method,
    pub(super) retry: Retry,
    pub(super) version: Option<u32>,
    /// How long it may take.
    pub(super) timeout: Option<Duration>,
    /// How long its result is kept.
    pub(super) keep: Option<Duration>,
    /// How many run at once.
    pub(super) at_most: Option<u32>,
}

impl Task {
    pub(super) fn parse(method: Method, mistakes: &mut Mistakes) -> Self {
        let options = alarm::options(&method, OPTIONS, Mistake::TaskOptions, mistakes);
        let option = |name| attributes::find(&options, name);
        Self {
            retry: option("retry")
                .map(|option| alarm::retry(option, mistakes))
                .unwrap_or_default(),
            version: option("version").and_then(|option| number(option, mistakes)),
            timeout: option("timeout").and_then(|option| duration(option, mistakes)),
            keep: option("keep").and_then(|option| duration(option, mistakes)),
            at_most: option("at_most").and_then(|option| number(option, mistakes)),
            method,
        }
    }
}

/// The number that an option is set to.
fn number(option: &Meta, mistakes: &mut Mistakes) -> Option<u32> {
    let name = attributes::name(option);
    alarm::number(option, Mistake::TaskNumber(&name), mistakes)
}

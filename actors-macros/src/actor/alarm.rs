//! `#[alarm]`: its options.

use std::time::Duration;

use syn::{Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue};

use super::cron;
use super::method::Method;
use super::mistakes::Mistake;
use super::span::duration;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

/// The options, each with an example.
const OPTIONS: &[&str] = &[
    "every = \"5m\"",
    "cron = \"0 3 * * MON\"",
    "tz = \"Europe/Berlin\"",
    "retry(max = 5, base = \"2s\", cap = \"1h\")",
];
const RETRY_OPTIONS: &[&str] = &["max = 5", "base = \"2s\"", "cap = \"1h\""];

/// An `#[alarm]` method.
pub(super) struct Alarm {
    pub(super) method: Method,
    pub(super) recurs: Option<Recurs>,
    pub(super) retry: Retry,
}

/// How it recurs on its own.
pub(super) enum Recurs {
    Every(Duration),
    Cron(LitStr, Option<LitStr>),
}

/// The options of `retry(..)`.
#[derive(Default)]
pub(super) struct Retry {
    pub(super) max: Option<u32>,
    pub(super) base: Option<Duration>,
    pub(super) cap: Option<Duration>,
}

impl Alarm {
    pub(super) fn parse(method: Method, mistakes: &mut Mistakes) -> Option<Self> {
        let options = options(&method, OPTIONS, Mistake::AlarmOptions, mistakes);
        let option = |name| attributes::find(&options, name);
        let recurs = recurs(option("every"), option("cron"), option("tz"), mistakes);
        let retry = option("retry").map(|option| retry(option, mistakes));
        if recurs.is_some()
            && let Some(argument) = method.arguments.first()
        {
            mistakes.add(&argument.name, Mistake::RecurringArguments);
            return None;
        }
        Some(Self {
            method,
            recurs,
            retry: retry.unwrap_or_default(),
        })
    }
}

/// The options of a method's mark; it is a mistake if they are not in parentheses.
pub(super) fn options(
    method: &Method,
    known: &[&str],
    bare: Mistake<'_>,
    mistakes: &mut Mistakes,
) -> Vec<Meta> {
    match method.mark.as_ref().map(|mark| &mark.meta) {
        Some(Meta::List(list)) => attributes::options(list.tokens.clone(), known, mistakes),
        Some(Meta::NameValue(pair)) => {
            mistakes.add(&pair.value, bare);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn recurs(
    every: Option<&Meta>,
    cron: Option<&Meta>,
    tz: Option<&Meta>,
    mistakes: &mut Mistakes,
) -> Option<Recurs> {
    match (every, cron, tz) {
        (Some(_), Some(cron), _) => {
            mistakes.add(cron, Mistake::EveryAndCron);
            None
        }
        (_, None, Some(tz)) => {
            mistakes.add(tz, Mistake::ZoneWithoutCron);
            None
        }
        (Some(every), None, None) => duration(every, mistakes).map(Recurs::Every),
        (None, Some(cron), tz) => {
            let zone = tz.and_then(|tz| attributes::text(tz, mistakes));
            let cron = attributes::text(cron, mistakes)?;
            if !cron::check(cron, mistakes) {
                return None;
            }
            if let Some(zone) = zone {
                cron::check_zone(zone, mistakes);
            }
            Some(Recurs::Cron(cron.clone(), zone.cloned()))
        }
        (None, None, None) => None,
    }
}

pub(super) fn retry(option: &Meta, mistakes: &mut Mistakes) -> Retry {
    let Meta::List(list) = option else {
        mistakes.add(option, Mistake::RetryForm);
        return Retry::default();
    };
    let options = attributes::options(list.tokens.clone(), RETRY_OPTIONS, mistakes);
    let option = |name| attributes::find(&options, name);
    let retry = Retry {
        max: option("max").and_then(|option| number(option, Mistake::RetryMax, mistakes)),
        base: option("base").and_then(|option| duration(option, mistakes)),
        cap: option("cap").and_then(|option| duration(option, mistakes)),
    };
    if let (Some(base), Some(cap), Some(option)) = (retry.base, retry.cap, option("cap"))
        && cap < base
    {
        mistakes.add(option, Mistake::RetryCap);
    }
    retry
}

/// The number that an option is set to, from 1; anything else is that mistake.
pub(super) fn number(option: &Meta, wrong: Mistake<'_>, mistakes: &mut Mistakes) -> Option<u32> {
    let number = match option {
        Meta::NameValue(MetaNameValue {
            value:
                Expr::Lit(ExprLit {
                    lit: Lit::Int(number),
                    ..
                }),
            ..
        }) => number.base10_parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| *number > 0);
    if number.is_none() {
        mistakes.add(option, wrong);
    }
    number
}

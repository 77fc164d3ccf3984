//! `#[alarm]`: its options, the handler and the method that schedules it.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue};

use super::method::Method;
use crate::attributes;
use crate::checks::Facts;
use crate::mistakes::{Mistake, Mistakes};

/// The options, each as an example.
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
    recurs: Option<Recurs>,
    retry: Retry,
}

/// How it recurs on its own.
enum Recurs {
    Every(Duration),
    Cron(LitStr, Option<LitStr>),
}

/// What is said of how it is tried again.
#[derive(Default)]
struct Retry {
    max: Option<u32>,
    base: Option<Duration>,
    cap: Option<Duration>,
}

impl Alarm {
    pub(super) fn parse(method: Method, mistakes: &mut Mistakes) -> Option<Self> {
        let options = options(&method, mistakes);
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

fn options(method: &Method, mistakes: &mut Mistakes) -> Vec<Meta> {
    match method.mark.as_ref().map(|mark| &mark.meta) {
        Some(Meta::List(list)) => attributes::options(list.tokens.clone(), OPTIONS, mistakes),
        Some(Meta::NameValue(pair)) => {
            mistakes.add(&pair.value, Mistake::AlarmOptions);
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
            if !super::cron::check(cron, mistakes) {
                return None;
            }
            if let Some(zone) = zone {
                super::cron::check_zone(zone, mistakes);
            }
            Some(Recurs::Cron(cron.clone(), zone.cloned()))
        }
        (None, None, None) => None,
    }
}

/// The span of time that an option is set to; not none at all.
pub(super) fn duration(option: &Meta, mistakes: &mut Mistakes) -> Option<Duration> {
    let text = attributes::text(option, mistakes)?;
    match humantime::parse_duration(&text.value()) {
        Ok(span) if span.as_millis() == 0 => {
            mistakes.add(text, Mistake::AlarmEveryZero);
            None
        }
        Ok(span) => Some(span),
        Err(_) => {
            mistakes.add(text, Mistake::AlarmEvery(&text.value()));
            None
        }
    }
}

fn retry(option: &Meta, mistakes: &mut Mistakes) -> Retry {
    let Meta::List(list) = option else {
        mistakes.add(option, Mistake::RetryForm);
        return Retry::default();
    };
    let options = attributes::options(list.tokens.clone(), RETRY_OPTIONS, mistakes);
    let option = |name| attributes::find(&options, name);
    let retry = Retry {
        max: option("max").and_then(|option| tries(option, mistakes)),
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

/// How many tries there are.
fn tries(option: &Meta, mistakes: &mut Mistakes) -> Option<u32> {
    let count = match option {
        Meta::NameValue(MetaNameValue {
            value:
                Expr::Lit(ExprLit {
                    lit: Lit::Int(count),
                    ..
                }),
            ..
        }) => count.base10_parse().ok(),
        _ => None,
    };
    if count.is_none_or(|count: u32| count == 0) {
        mistakes.add(option, Mistake::RetryMax);
    }
    count
}

impl Alarm {
    /// The handler, as the runtime knows it.
    pub(super) fn handler(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (method, krate) = (&self.method, facts.krate);
        let conditions = &method.conditions;
        let name = method.plain_name();
        let declared = self.declared(krate);
        let retry = self.retry.expand(krate);
        let types = method.carried_types(facts);
        let values = method.values();
        let outcome = method.carried_outcome(facts);
        let handler = quote!(|(#(#values,)*): (#(#types,)*)| { #outcome });
        let body = match method.is_async() {
            true => quote!(due.run_async(ctx, async #handler).await),
            false => quote!(due.run(ctx, #handler)),
        };
        let turn = method.turn(actor, krate, &body);
        quote! {
            #(#conditions)*
            #krate::__private::AlarmHandler {
                name: #name,
                declared: #declared,
                retry: #retry,
                run: |object, due| #turn,
            }
        }
    }

    fn declared(&self, krate: &TokenStream) -> TokenStream {
        let declared = match &self.recurs {
            None => return quote!(::core::option::Option::None),
            Some(Recurs::Every(every)) => {
                let millis = u64::try_from(every.as_millis()).unwrap_or(u64::MAX);
                quote!(Every(#millis))
            }
            Some(Recurs::Cron(expression, None)) => {
                quote!(Cron(#expression, ::core::option::Option::None))
            }
            Some(Recurs::Cron(expression, Some(zone))) => {
                quote!(Cron(#expression, ::core::option::Option::Some(#zone)))
            }
        };
        quote!(::core::option::Option::Some(#krate::__private::Declared::#declared))
    }

    /// The method that says that this handler is to run.
    pub(super) fn schedules(&self, facts: &Facts<'_>) -> TokenStream {
        let krate = facts.krate;
        let Method {
            name,
            docs,
            arguments,
            ..
        } = &self.method;
        let plain = self.method.plain_name();
        let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
        let types = self.method.argument_types();
        // As `Due::run` reads it: `()` or a tuple.
        let payload = self.method.carried_arguments(facts);
        quote! {
            #(#docs)*
            pub fn #name(self, #(#names: #types),*) -> #krate::Result<#krate::alarms::AlarmId> {
                self.0.schedule(#plain, &#payload)
            }
        }
    }
}

impl Retry {
    fn expand(&self, krate: &TokenStream) -> TokenStream {
        let retry = quote!(#krate::__private::Retry);
        let max = self.max.map(|max| quote!(max: #max,));
        let span = |name: TokenStream, span: Option<Duration>| {
            let millis = u64::try_from(span?.as_millis()).unwrap_or(u64::MAX);
            Some(quote!(#name: #krate::Duration::from_millis(#millis),))
        };
        let base = span(quote!(base), self.base);
        let cap = span(quote!(cap), self.cap);
        let rest = match (&max, &base, &cap) {
            (Some(_), Some(_), Some(_)) => None,
            _ => Some(quote!(..#retry::DEFAULT)),
        };
        quote!(#retry { #max #base #cap #rest })
    }
}

//! `entry!`: the Worker in front of the actors, and whether its configuration agrees with it.

mod config;
mod expand;
mod mistakes;
mod parse;
mod route;

use proc_macro2::{Span, TokenStream};

use self::mistakes::Mistake;
pub(crate) use self::parse::Entry;
use crate::common::mistakes::Mistakes;

pub(crate) fn expand(entry: Entry) -> TokenStream {
    Mistakes::expand(|mistakes| {
        check(&entry, mistakes);
        let checks = config::check(&entry, mistakes);
        expand::worker(&entry, &checks)
    })
}

fn check(entry: &Entry, mistakes: &mut Mistakes) {
    if !entry.does_something() {
        mistakes.add_at(Span::call_site(), Mistake::Empty);
    }
    let mut router = matchit::Router::new();
    for route in &entry.routes {
        route.check(&mut router, mistakes);
    }
    let mut all = entry.routes.iter().filter(|route| route.path.is_none());
    let takes_all = all.next().is_some();
    if let Some(unreached) = all.next() {
        mistakes.add(&unreached.actor, Mistake::Unreached);
    }
    if let Some(fallback) = &entry.front.fallback
        && takes_all
    {
        mistakes.add(fallback, Mistake::FallbackUnreached);
    }
    if let [(None, handler), _, ..] | [_, .., (None, handler)] = &*entry.queues {
        mistakes.add(handler, Mistake::QueueWithoutName);
    }
}

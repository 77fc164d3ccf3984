//! The procedural macros of `actors-core`, which re-exports and documents them.
//!
//! Each macro parses its input into a model, checks that, and expands it. What a user can
//! do wrong is listed in the `mistakes.rs` of its folder. A mistake is reported once, and
//! the correct parts of the item are expanded anyway, so that it causes no second error
//! elsewhere.
//!
//! The folders are layers, none of which imports from one above it: `common`, `reflection`
//! (what a struct passes on to other macros), `sqlite`, `table`, `sql`, `migration`,
//! `actor`, `bindings`, `remote`, `entry`. No two files import each other.

#![cfg_attr(
    not(feature = "check-sql"),
    allow(dead_code, reason = "what SQLite says is put in other words")
)]

mod actor;
mod bindings;
mod common;
mod entry;
#[cfg(test)]
mod expansions;
mod migration;
mod reflection;
mod remote;
mod sql;
mod sqlite;
mod table;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use syn::{DeriveInput, Item, parse_macro_input};

use crate::common::mistakes::Mistakes;

/// Makes a struct and its methods a Durable Object.
#[proc_macro_attribute]
pub fn actor(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = match actor::block::parse(item.into()) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error().into(),
    };
    let tokens = match item {
        Item::Struct(item) => actor::expand::state::expand(arguments.into(), item),
        Item::Impl(item) => actor::expand::handlers::expand(arguments.into(), item),
        other => Mistakes::one(&other, actor::mistakes::Mistake::NotAnActor),
    };
    tokens.into()
}

/// Makes a struct of the Worker's bindings.
#[proc_macro_attribute]
pub fn bindings(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let tokens = match parse_macro_input!(item as Item) {
        Item::Struct(item) => bindings::expand(arguments.into(), item),
        other => Mistakes::one(&other, bindings::mistakes::Mistake::NotBindings),
    };
    tokens.into()
}

/// Makes a struct a table.
#[proc_macro_attribute]
pub fn sql_table(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let tokens = match parse_macro_input!(item as Item) {
        Item::Struct(item) => table::expand(arguments.into(), item),
        other => Mistakes::one(&other, table::mistakes::Mistake::NotATable),
    };
    tokens.into()
}

/// Stores an enum without fields, or a struct around one value, in a column.
#[proc_macro_derive(SqlValue, attributes(sql))]
pub fn sql_value(item: TokenStream) -> TokenStream {
    table::value::expand(parse_macro_input!(item as syn::DeriveInput)).into()
}

/// Declares a written migration.
#[proc_macro]
pub fn migration(input: TokenStream) -> TokenStream {
    migration::expand(input.into()).into()
}

/// Continues a migration once a table has passed on its columns.
#[doc(hidden)]
#[proc_macro]
pub fn migration_next(asking: TokenStream) -> TokenStream {
    parse_macro_input!(asking as migration::Asking)
        .next()
        .into()
}

/// Lets rows be read as a struct.
#[proc_macro_derive(FromRow, attributes(sql))]
pub fn from_row(item: TokenStream) -> TokenStream {
    table::row::expand(parse_macro_input!(item as DeriveInput)).into()
}

/// A statement that SQLite checks at compile time.
#[proc_macro]
pub fn sql(statement: TokenStream) -> TokenStream {
    sql::begin(parse_macro_input!(statement as sql::Sql)).into()
}

/// Continues a statement once a struct has passed on its columns.
#[doc(hidden)]
#[proc_macro]
pub fn sql_next(asking: TokenStream) -> TokenStream {
    sql::next(parse_macro_input!(asking as sql::Asking)).into()
}

/// Makes a trait the client of an object or a service in another Worker.
#[proc_macro_attribute]
pub fn remote(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let tokens = match syn::parse::<Item>(item.clone()) {
        Ok(Item::Trait(item)) => remote::expand(arguments.into(), item),
        _ => Mistakes::one(
            &TokenStream2::from(item),
            remote::mistakes::Mistake::NotATrait,
        ),
    };
    tokens.into()
}

/// Writes the Worker's fetch handler.
#[proc_macro]
pub fn entry(routes: TokenStream) -> TokenStream {
    entry::expand(parse_macro_input!(routes as entry::Entry)).into()
}

/// Defines the attributes that only have a meaning within `#[actor]`, which removes them
/// before they are expanded: so one that is expanded is misplaced.
macro_rules! marks {
    ($($(#[$doc:meta])* $mark:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[proc_macro_attribute]
        pub fn $mark(_: TokenStream, item: TokenStream) -> TokenStream {
            actor::misplaced(stringify!($mark), item.into()).into()
        }
    )*};
}

marks! {
    /// A method that runs when the actor wakes, before any other.
    on_init,
    /// The method that handles HTTP requests.
    on_request,
    /// The method that admits web sockets.
    on_connect,
    /// A method that takes messages of web sockets.
    on_message,
    /// The method that runs at the end of web sockets.
    on_close,
    /// The method that runs when web sockets fail.
    on_error,
    /// A method that alarms run.
    alarm,
    /// A method that goes on after its process is lost.
    task,
    /// A field that survives eviction.
    persist,
    /// The argument of a method that is the key of a call, which happens once.
    once,
}

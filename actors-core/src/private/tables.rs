//! What the tables of an actor require of each other and of their columns.

#![allow(missing_docs, reason = "for the macros alone")]

use std::marker::PhantomData;

use crate::sql::{HasTable, Keyed, SqlValue};
use crate::stand_in::If;

/// Whether a default fits a column, whose type only rustc knows.
pub const fn is_default<T: SqlValue>(sql_type: &str, text: &str) -> bool {
    let is_whole = is_same(sql_type, "INTEGER") && is_same(T::TYPE, "REAL");
    if !is_same(sql_type, T::TYPE) && !is_whole && !is_same(T::TYPE, "ANY") {
        return false;
    }
    let mut index = 0;
    while index < T::TEXTS.len() {
        if is_same(T::TEXTS[index], text) {
            return true;
        }
        index += 1;
    }
    index == 0
}

/// Whether a generated id fits a column, whose type only rustc knows.
pub const fn is_integer<T: SqlValue>() -> bool {
    is_same(T::TYPE, "INTEGER") || is_same(T::TYPE, "ANY")
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    a.len() == b.len() && index == a.len()
}

/// The type of a table's primary key, and the tables that a table references. A table has
/// inherent functions that return them, since its types may be private; these are for all
/// other types.
pub trait TableFallback: Sized {
    fn __key() -> Unknown {
        Unknown
    }

    fn __parents() -> Parents<()> {
        Parents(PhantomData)
    }
}

impl<T> TableFallback for T {}

pub struct Key<T>(pub PhantomData<fn() -> T>);

pub struct Parents<T>(pub PhantomData<fn() -> T>);

pub struct Unknown;

impl<T> Key<T> {
    /// Whether the type has one, and with it the helpers that find a row by it.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        true
    }
}

impl Unknown {
    #[must_use]
    pub const fn is_known(&self) -> bool {
        false
    }
}

/// Requires that a column has the type of the key that it references.
pub fn same_key<T: References<K>, K>(_: K) {}

#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` can't reference this table",
    label = "the primary key there is `{K}`"
)]
pub trait References<K> {}

impl<T> References<Key<T>> for T {}
impl<T> References<Unknown> for T {}

/// The name of a table that a column references, if it is one.
pub trait Parent<T> {
    const NAME: &'static str;
}

impl<T: Keyed> Parent<T> for If<true> {
    const NAME: &'static str = T::TABLE.name;
}

impl<T> Parent<T> for If<false> {
    const NAME: &'static str = "";
}

/// Requires that an actor has the tables that one of its tables references.
pub fn has_parents<A: HasParents<T>, T>(_: Parents<T>) {}

#[diagnostic::on_unimplemented(
    message = "this table references one that is not among the tables of `{Self}`",
    label = "it references `{T}`",
    note = "add it to `#[actor(tables(..))]`"
)]
pub trait HasParents<T> {}

macro_rules! tuples {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<Actor $(, $name)*> HasParents<($($name,)*)> for Actor where $(Actor: HasTable<$name>),* {}
    };
}

crate::tuples::for_each_tuple!(tuples);

//! Stand-ins, which generated code uses instead of a type that lacks something.

#![allow(missing_docs, reason = "for the macros alone")]

use serde::de::{Deserialize, Deserializer};
use serde::{Serialize, Serializer};

use crate::error::Result;
use crate::sql::{Cell, FromSql, SqlValue, ToSql, Value};

/// Selects what generated code does, by whether a verdict about a type is `IS`.
pub struct If<const IS: bool>;

/// A type that implements everything required, and has no values.
pub enum StandIn {}

impl Default for StandIn {
    fn default() -> Self {
        unreachable!()
    }
}

#[diagnostic::do_not_recommend]
impl ToSql for StandIn {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        match *self {}
    }
}

#[diagnostic::do_not_recommend]
impl FromSql for StandIn {
    fn from_sql(_: Cell<'_>) -> Result<Self> {
        unreachable!()
    }
}

#[diagnostic::do_not_recommend]
impl SqlValue for StandIn {
    const TYPE: &'static str = "ANY";
}

impl Serialize for StandIn {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<'de> Deserialize<'de> for StandIn {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        unreachable!()
    }
}

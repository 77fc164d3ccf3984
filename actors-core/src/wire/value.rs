//! The values of calls, and how errors describe them.

use std::fmt;

use serde::Serializer;
use serde::de::{Expected, Unexpected};

use super::unexpected::words;

/// 2^53 - 1: up to here a JavaScript number holds integers exactly.
pub(crate) const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// A JavaScript value.
#[allow(
    missing_docs,
    unreachable_pub,
    reason = "the framework's own tests use it"
)]
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Wire {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    BigInt(i128),
    Text(String),
    /// Milliseconds since 1970.
    Date(f64),
    Bytes(Vec<u8>),
    List(Vec<Wire>),
    Object(Vec<(String, Wire)>),
    /// A value that no Rust type can be decoded from: a function, a `Set`; in the platform's words.
    Other(String),
}

/// The error for serde when a value does not fit.
#[derive(Debug)]
#[allow(unreachable_pub, reason = "part of the interface of `Wire`")]
pub struct Failure(pub(super) String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!(
            "invalid type: {}, expected {expected}",
            words(found)
        ))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!(
            "invalid value: {}, expected {expected}",
            words(found)
        ))
    }
}

/// The name by which a timestamp requests to become a `Date`; other formats take its number.
pub(super) const DATE: &str = "actors_core::Timestamp";

pub(crate) fn serialize_date<S: Serializer>(millis: i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(DATE, &millis)
}

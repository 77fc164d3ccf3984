//! Timestamps as serde has them: a `Date` in a call, a number in other formats.

use serde::Serializer;
use serde::de::{self, Deserializer, Unexpected, Visitor};

/// The name by which a timestamp requests to become a `Date`; other formats take its number.
pub(super) const DATE: &str = "actors_core::Timestamp";

pub(crate) fn serialize_date<S: Serializer>(millis: i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(DATE, &millis)
}

/// The milliseconds of a timestamp: from a `Date`, or from a number in another format.
pub(crate) fn deserialize_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<i64, D::Error> {
    struct Millis;

    impl<'de> Visitor<'de> for Millis {
        type Value = i64;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a Date")
        }

        fn visit_i64<E: de::Error>(self, millis: i64) -> Result<i64, E> {
            Ok(millis)
        }

        fn visit_u64<E: de::Error>(self, millis: u64) -> Result<i64, E> {
            i64::try_from(millis).map_err(|_| E::invalid_value(Unexpected::Unsigned(millis), &self))
        }

        fn visit_f64<E: de::Error>(self, millis: f64) -> Result<i64, E> {
            // An invalid `Date` has the time NaN.
            if millis.is_finite() {
                Ok(millis as i64)
            } else {
                Err(E::invalid_value(
                    Unexpected::Other("an invalid Date"),
                    &self,
                ))
            }
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<i64, D::Error> {
            de::Deserialize::deserialize(inner)
        }
    }

    deserializer.deserialize_newtype_struct(DATE, Millis)
}

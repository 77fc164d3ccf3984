//! The values of calls: serde values in the shapes of JavaScript's structured clone.
//!
//! The mapping is the same on every backend; a backend turns a [`Wire`] into what
//! its platform sends, and back.

#[cfg(any(target_arch = "wasm32", feature = "testing"))]
mod budget;
mod de;
#[cfg(any(target_arch = "wasm32", all(test, feature = "testing")))]
mod packed;
mod ser;
mod unexpected;
mod value;

use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) use self::budget::Budget;
#[cfg(target_arch = "wasm32")]
pub(crate) use self::packed::Packed;
use self::value::Failure;
#[allow(unreachable_pub, reason = "the framework's own tests use it")]
pub use self::value::Wire;
pub(crate) use self::value::{MAX_SAFE_INTEGER, serialize_date};
use crate::error::{Error, Result, shortened};

impl Wire {
    /// Encodes the value for a call.
    pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        value
            .serialize(ser::Encoder)
            .map_err(|Failure(message)| Error::invalid(message))
    }

    /// Decodes a received value as a Rust type. An error includes its path within the
    /// value.
    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<T> {
        serde_path_to_error::deserialize(self).map_err(|error| {
            let path = shortened(&error.path().to_string());
            // Where serde buffers a value, a `Date` is such a struct.
            let words = error
                .into_inner()
                .0
                .replace("type: newtype struct", "type: a Date");
            let error = Error::invalid(shortened(&words));
            if path == "." {
                error
            } else {
                error.at(format_args!("`{path}`"))
            }
        })
    }
}

pub(crate) use de::deserialize_date;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::time::Timestamp;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Shape {
        name: String,
        since: Timestamp,
        corners: Vec<(f64, f64)>,
        kind: Kind,
        tags: BTreeMap<u32, bool>,
        note: Option<String>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Plain,
        Named(String),
        Sized { width: u8 },
        Pair(i32, i32),
    }

    fn shape(kind: Kind) -> Shape {
        Shape {
            name: "a\0🦀".into(),
            since: Timestamp::from_millis(-5),
            corners: vec![(0.5, f64::INFINITY)],
            kind,
            tags: BTreeMap::from([(7, true)]),
            note: None,
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let kinds = [
            Kind::Plain,
            Kind::Named("n".into()),
            Kind::Sized { width: 255 },
            Kind::Pair(-1, 1),
        ];
        for kind in kinds {
            let shape = shape(kind);
            let wire = Wire::encode(&shape).unwrap();
            assert_eq!(wire.decode::<Shape>().unwrap(), shape);
        }
    }

    #[test]
    fn shapes_are_those_of_javascript() {
        let wire = Wire::encode(&shape(Kind::Sized { width: 1 })).unwrap();
        let Wire::Object(fields) = wire else {
            panic!("not an object")
        };
        assert_eq!(fields[1], ("since".into(), Wire::Date(-5.0)));
        let kind = Wire::Object(vec![("width".into(), Wire::Number(1.0))]);
        assert_eq!(fields[3].1, Wire::Object(vec![("Sized".into(), kind)]));
        assert_eq!(
            fields[4].1,
            Wire::Object(vec![("7".into(), Wire::Bool(true))])
        );
        assert_eq!(fields[5].1, Wire::Undefined);
        assert_eq!(
            Wire::encode(&bytes::Bytes::from("ab")).unwrap(),
            Wire::Bytes(b"ab".into())
        );
        assert_eq!(Wire::encode(&()).unwrap(), Wire::Undefined);
    }

    #[test]
    fn integers_cross_exactly_or_not_at_all() {
        assert_eq!(
            Wire::encode(&MAX_SAFE_INTEGER).unwrap(),
            Wire::Number(9007199254740991.0)
        );
        assert!(Wire::encode(&(MAX_SAFE_INTEGER + 1)).is_err());
        assert!(Wire::encode(&u64::MAX).is_err());
        assert_eq!(Wire::encode(&1_i128).unwrap(), Wire::BigInt(1));
        assert_eq!(
            Wire::BigInt(i64::MIN.into()).decode::<i64>().unwrap(),
            i64::MIN
        );
        assert!(Wire::BigInt(i128::MAX).decode::<u64>().is_err());
        assert!(Wire::Number(9007199254740992.0).decode::<u64>().is_err());
        for wrong in [0.5, -1.0, 256.0, f64::NAN, f64::INFINITY, 1e300] {
            assert!(Wire::Number(wrong).decode::<u8>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_says_where_it_is() {
        let corner = Wire::List(vec![Wire::Number(1.0), Wire::Text("2".into())]);
        let shape = Wire::Object(vec![
            ("name".into(), Wire::Text(String::new())),
            ("since".into(), Wire::Date(0.0)),
            ("corners".into(), Wire::List(vec![corner])),
        ]);
        let error = shape.decode::<Shape>().unwrap_err();
        assert_eq!(
            error.message(),
            "`corners[0][1]`: invalid type: string \"2\", expected f64"
        );
        let error = Wire::Number(5.0).decode::<Timestamp>().unwrap_err();
        assert_eq!(error.message(), "invalid type: number 5, expected a Date");
        let error = Wire::Other("a function".into())
            .decode::<String>()
            .unwrap_err();
        assert_eq!(
            error.message(),
            "invalid type: a function, expected a string"
        );
    }

    #[test]
    fn an_option_is_absent_as_null_and_as_undefined() {
        assert_eq!(Wire::Null.decode::<Option<u8>>().unwrap(), None);
        assert_eq!(Wire::Undefined.decode::<Option<u8>>().unwrap(), None);
        assert_eq!(Wire::Number(1.0).decode::<Option<u8>>().unwrap(), Some(1));
        assert!(Wire::Null.decode::<u8>().is_err());
    }
}

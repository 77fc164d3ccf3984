//! The values of calls: serde values in the shapes of JavaScript's structured clone.
//!
//! The mapping is the same on every backend: values are packed from the user's types and read into
//! them without another form in between, and a backend passes on what is packed.

mod budget;
mod date;
mod de;
mod failure;
mod fingerprint;
mod pack;
pub(crate) mod packed;
mod read;
mod ser;
mod stored;
mod unexpected;
#[cfg(all(not(target_arch = "wasm32"), any(test, feature = "testing")))]
mod value;

pub(crate) use self::date::{deserialize_date, serialize_date};
pub(crate) use self::failure::Failure;
pub(crate) use self::pack::Packer;
pub(crate) use self::packed::Packed;
pub(crate) use self::read::Reader;
#[cfg(all(not(target_arch = "wasm32"), any(test, feature = "testing")))]
#[allow(unreachable_pub, reason = "the framework's own tests use it")]
pub use self::value::Wire;

/// 2^53 - 1: up to here a JavaScript number holds integers exactly.
pub(crate) const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::de::{DeserializeOwned, Deserializer};
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::error::Result;
    use crate::time::Timestamp;

    fn encode<T: Serialize>(value: &T) -> Result<Wire> {
        let mut packer = Packer::default();
        packer.add(value).map_err(Failure::into_error)?;
        Ok(Wire::unpack(&packer.finish()).remove(0))
    }

    fn decode<T: DeserializeOwned>(value: Wire) -> Result<T> {
        let packed = Wire::pack(&[value]);
        packed
            .reader()
            .value()
            .decode()
            .map_err(Failure::into_error)
    }

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
            let wire = encode(&shape).unwrap();
            assert_eq!(decode::<Shape>(wire).unwrap(), shape);
        }
    }

    #[test]
    fn shapes_are_those_of_javascript() {
        let wire = encode(&shape(Kind::Sized { width: 1 })).unwrap();
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
            encode(&bytes::Bytes::from("ab")).unwrap(),
            Wire::Bytes(b"ab".into())
        );
        assert_eq!(encode(&()).unwrap(), Wire::Undefined);
    }

    #[test]
    fn integers_cross_exactly_or_not_at_all() {
        assert_eq!(
            encode(&MAX_SAFE_INTEGER).unwrap(),
            Wire::Number(9007199254740991.0)
        );
        assert!(encode(&(MAX_SAFE_INTEGER + 1)).is_err());
        assert!(encode(&u64::MAX).is_err());
        assert_eq!(encode(&1_i128).unwrap(), Wire::BigInt(1));
        assert_eq!(
            decode::<i64>(Wire::BigInt(i64::MIN.into())).unwrap(),
            i64::MIN
        );
        assert!(decode::<u64>(Wire::BigInt(i128::MAX)).is_err());
        assert!(decode::<u64>(Wire::Number(9007199254740992.0)).is_err());
        for wrong in [0.5, -1.0, 256.0, f64::NAN, f64::INFINITY, 1e300] {
            assert!(decode::<u8>(Wire::Number(wrong)).is_err(), "{wrong}");
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
        let error = decode::<Shape>(shape).unwrap_err();
        assert_eq!(
            error.message(),
            "`corners[0][1]`: invalid type: string \"2\", expected f64"
        );
        let error = decode::<Timestamp>(Wire::Number(5.0)).unwrap_err();
        assert_eq!(error.message(), "invalid type: number 5, expected a Date");
        let error = decode::<String>(Wire::Other("a function".into())).unwrap_err();
        assert_eq!(
            error.message(),
            "invalid type: a function, expected a string"
        );
    }

    /// Reads as nothing what does not fit.
    fn lenient<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> std::result::Result<Option<T>, D::Error> {
        Ok(T::deserialize(from).ok())
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Lenient {
        #[serde(deserialize_with = "lenient")]
        pairs: Option<Vec<(u8, u8)>>,
        #[serde(deserialize_with = "lenient")]
        kind: Option<Kind>,
        name: String,
    }

    #[test]
    fn what_follows_a_part_that_does_not_fit_is_read_as_what_it_is() {
        let text = || Wire::Text("x".into());
        let list = |values: &[Wire]| Wire::List(values.to_vec());
        let object = |value: Wire| Wire::Object(vec![("Sized".into(), value)]);
        let wrong = [
            text(),
            list(&[list(&[text(), text()]), text()]),
            list(&[list(&[Wire::Number(1.0), text(), text()]), list(&[text()])]),
            object(object(text())),
            object(Wire::Object(vec![
                ("width".into(), list(&[text()])),
                ("more".into(), list(&[text()])),
            ])),
            object(list(&[object(text()), Wire::Bytes(vec![1])])),
            Wire::Object(vec![("a".into(), list(&[text()])), ("b".into(), text())]),
        ];
        for value in wrong {
            let fields = ["pairs", "kind"].map(|name| (name.to_owned(), value.clone()));
            let fields = [&fields[..], &[("name".into(), Wire::Text("n".into()))]].concat();
            let read = decode::<Lenient>(Wire::Object(fields)).unwrap();
            let name = "n".to_owned();
            let (pairs, kind) = (None, None);
            assert_eq!(read, Lenient { pairs, kind, name }, "{value:?}");
        }
    }

    #[test]
    fn an_option_is_absent_as_null_and_as_undefined() {
        assert_eq!(decode::<Option<u8>>(Wire::Null).unwrap(), None);
        assert_eq!(decode::<Option<u8>>(Wire::Undefined).unwrap(), None);
        assert_eq!(decode::<Option<u8>>(Wire::Number(1.0)).unwrap(), Some(1));
        assert!(decode::<u8>(Wire::Null).is_err());
    }
}

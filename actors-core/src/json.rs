//! JSON that is written to be read back: exactly what was written, or not at all.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::value::RawValue;

use crate::error::{Error, shortened};

/// The fields of an object, each still text: a number keeps all its digits.
pub(crate) type Fields<'a> = FieldsAs<&'a RawValue>;

/// The same, owned.
pub(crate) type OwnedFields = FieldsAs<Box<RawValue>>;

/// A list, as written: it takes less code than a map, and a client may send many fields.
#[allow(unreachable_pub, reason = "part of the interface of `Arguments`")]
pub struct FieldsAs<V>(pub(crate) Vec<(String, V)>);

impl<V> Default for FieldsAs<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> FieldsAs<V> {
    /// Takes out the field of that name; of several, the last one counts.
    pub(crate) fn remove(&mut self, name: &str) -> Option<V> {
        let place = self.0.iter().rposition(|(known, _)| known == name)?;
        Some(self.0.remove(place).1)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for FieldsAs<V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(FieldsVisitor(PhantomData))
    }
}

struct FieldsVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for FieldsVisitor<V> {
    type Value = FieldsAs<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<FieldsAs<V>, M::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(FieldsAs(fields))
    }
}

/// The value as JSON text.
///
/// # Errors
///
/// The value would not be read back as it is: NaN and the infinities, which become `null` in
/// JSON; `Some` of something that is itself `null`; and anything that `T` writes but does not
/// read.
pub(crate) fn to_text<T: Serialize + DeserializeOwned>(value: &T) -> Result<String, String> {
    let mut text = Vec::new();
    write(&mut text, value)?;
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    match serde_json::from_str::<T>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(unread(&error)),
    }
}

#[cold]
fn unread(error: &serde_json::Error) -> String {
    format!("it could not be read back: {}", words(error))
}

/// Appends the value as JSON, without reading it back.
pub(crate) fn write(text: &mut Vec<u8>, value: &impl Serialize) -> Result<(), String> {
    let strict = Strict {
        to: &mut serde_json::Serializer::new(text),
        is_some: false,
    };
    value.serialize(strict).map_err(|error| words(&error))
}

/// Reads back a value that was written.
pub(crate) fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| words(&error))
}

/// The error without its position in a text that users never see, and without long quotations.
pub(crate) fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    shortened(text.strip_suffix(&place).unwrap_or(&text))
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(words(&error))
    }
}

/// A serializer that refuses what JSON would change.
struct Strict<S> {
    to: S,
    /// Whether the value is in a `Some`, which may not be `null`.
    is_some: bool,
}

/// A value to be written through [`Strict`].
struct Strictly<'a, T: ?Sized> {
    value: &'a T,
    is_some: bool,
}

impl<T: Serialize + ?Sized> Serialize for Strictly<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let is_some = self.is_some;
        self.value.serialize(Strict { to, is_some })
    }
}

fn strictly<T: ?Sized>(value: &T) -> Strictly<'_, T> {
    let is_some = false;
    Strictly { value, is_some }
}

fn finite<E: serde::ser::Error>(found: f64) -> Result<(), E> {
    match found.is_finite() {
        true => Ok(()),
        false => Err(E::custom(format!("JSON can't represent {}", number(found)))),
    }
}

/// A number for an error. `Display` would include the code of `core` for floats, which is large.
pub(crate) fn number(found: f64) -> String {
    let integer = found as i64;
    match found {
        _ if found.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "inf".to_owned(),
        f64::NEG_INFINITY => "-inf".to_owned(),
        _ if integer as f64 == found => integer.to_string(),
        _ => serde_json::to_string(&found).unwrap_or_default(),
    }
}

impl<S: Serializer> Strict<S> {
    fn null(&self) -> Result<(), S::Error> {
        match self.is_some {
            false => Ok(()),
            true => Err(S::Error::custom(
                "`Some` of something that is `null` in JSON would be read back as `None`",
            )),
        }
    }
}

/// Methods that pass their arguments on.
macro_rules! pass {
    ($($method:ident($($name:ident: $type:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<$ok, S::Error> {
            self.to.$method($($name),*)
        }
    )*};
}

/// Methods that begin a value of several parts.
macro_rules! begin {
    ($($method:ident($($name:ident: $type:ty),*) -> $parts:ident;)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<Parts<S::$parts>, S::Error> {
            self.to.$method($($name),*).map(Parts)
        }
    )*};
}

impl<S: Serializer> Serializer for Strict<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Parts<S::SerializeSeq>;
    type SerializeTuple = Parts<S::SerializeTuple>;
    type SerializeTupleStruct = Parts<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Parts<S::SerializeTupleVariant>;
    type SerializeMap = Parts<S::SerializeMap>;
    type SerializeStruct = Parts<S::SerializeStruct>;
    type SerializeStructVariant = Parts<S::SerializeStructVariant>;

    pass! {
        serialize_bool(value: bool) -> S::Ok;
        serialize_i8(value: i8) -> S::Ok;
        serialize_i16(value: i16) -> S::Ok;
        serialize_i32(value: i32) -> S::Ok;
        serialize_i64(value: i64) -> S::Ok;
        serialize_i128(value: i128) -> S::Ok;
        serialize_u8(value: u8) -> S::Ok;
        serialize_u16(value: u16) -> S::Ok;
        serialize_u32(value: u32) -> S::Ok;
        serialize_u64(value: u64) -> S::Ok;
        serialize_u128(value: u128) -> S::Ok;
        serialize_char(value: char) -> S::Ok;
        serialize_str(value: &str) -> S::Ok;
        serialize_bytes(value: &[u8]) -> S::Ok;
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> S::Ok;
    }

    begin! {
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(
            name: &'static str, index: u32, variant: &'static str, length: usize
        ) -> SerializeTupleVariant;
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
        serialize_struct_variant(
            name: &'static str, index: u32, variant: &'static str, length: usize
        ) -> SerializeStructVariant;
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        finite(value.into())?;
        self.to.serialize_f32(value)
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        finite(value)?;
        self.to.serialize_f64(value)
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.null()?;
        self.to.serialize_none()
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.null()?;
        self.to.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.null()?;
        self.to.serialize_unit_struct(name)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let is_some = true;
        self.to.serialize_some(&Strictly { value, is_some })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let is_some = self.is_some;
        let value = Strictly { value, is_some };
        self.to.serialize_newtype_struct(name, &value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = strictly(value);
        self.to
            .serialize_newtype_variant(name, index, variant, &value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.to.collect_str(value)
    }
}

/// The parts of a value, each written through [`Strict`].
struct Parts<P>(P);

macro_rules! elements {
    ($($of:ident $push:ident),*) => {$(
        impl<P: $of> $of for Parts<P> {
            type Ok = P::Ok;
            type Error = P::Error;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), P::Error> {
                self.0.$push(&strictly(value))
            }

            fn end(self) -> Result<P::Ok, P::Error> {
                self.0.end()
            }
        }
    )*};
}

elements!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
);

macro_rules! fields {
    ($($of:ident),*) => {$(
        impl<P: $of> $of for Parts<P> {
            type Ok = P::Ok;
            type Error = P::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), P::Error> {
                self.0.serialize_field(key, &strictly(value))
            }

            fn end(self) -> Result<P::Ok, P::Error> {
                self.0.end()
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl<P: SerializeMap> SerializeMap for Parts<P> {
    type Ok = P::Ok;
    type Error = P::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), P::Error> {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), P::Error> {
        self.0.serialize_value(&strictly(value))
    }

    fn end(self) -> Result<P::Ok, P::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::{Deserialize, Serialize};

    use super::{DeserializeOwned, from_text, to_text};

    fn kept<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
        let text = to_text(&value).unwrap();
        assert_eq!(from_text::<T>(&text).unwrap(), value, "{text}");
    }

    fn refused<T: Serialize + DeserializeOwned>(value: T, why: &str) {
        let error = to_text(&value).unwrap_err();
        assert!(error.contains(why), "{error}");
    }

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    #[serde(untagged)]
    enum Loose {
        Big(u128),
        Text(String),
    }

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Deep(Option<Box<Deep>>);

    #[test]
    fn each_finite_number_is_kept_bit_for_bit() {
        let seed = 4;
        let mut state: u64 = seed;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let edges = [
            0.0,
            -0.0,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            117.63331139400017,
        ];
        let doubles = (0..100_000).map(|_| f64::from_bits(random()));
        for double in edges
            .into_iter()
            .chain(doubles.filter(|double| double.is_finite()))
        {
            let text = to_text(&double).unwrap();
            let back = from_text::<f64>(&text).unwrap();
            assert_eq!(back.to_bits(), double.to_bits(), "{text}, seed {seed}");
        }
        for _ in 0..100_000 {
            let single = f32::from_bits(random() as u32);
            if single.is_finite() {
                let text = to_text(&single).unwrap();
                let back = from_text::<f32>(&text).unwrap();
                assert_eq!(back.to_bits(), single.to_bits(), "{text}, seed {seed}");
            }
        }
    }

    #[test]
    fn what_json_can_represent_is_kept() {
        kept(u128::MAX);
        kept(i128::MIN);
        kept(Some(Some(1)));
        kept(None::<Option<u8>>);
        kept(((), [Some(1), None], 'x', "a\0\u{1F980}".to_owned()));
        kept(HashMap::from([(7, vec![0_u8])]));
        kept(Loose::Text("x".into()));
    }

    #[test]
    fn what_would_be_read_back_as_something_else_is_refused() {
        refused(f64::NAN, "can't represent NaN");
        refused(vec![Some(f32::INFINITY)], "can't represent inf");
        refused(
            HashMap::from([(1, f64::NEG_INFINITY)]),
            "can't represent -inf",
        );
        refused(Some(None::<u8>), "`Some`");
        refused((1, Some(())), "`Some`");
        refused(Some(serde_json::Value::Null), "`Some`");
        refused(Loose::Big(u128::MAX), "read back");
        refused(Deep(Some(Box::new(Deep(None)))), "`Some`");
        let nested = (0..200).fold(serde_json::Value::from(1), |value, _| vec![value].into());
        refused(nested, "recursion");
    }
}

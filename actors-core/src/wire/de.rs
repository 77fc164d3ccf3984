//! From the wire to serde.

use serde::de::value::{MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer,
    Unexpected, VariantAccess, Visitor,
};

use crate::json::number;

use super::value::{DATE, Failure, MAX_SAFE_INTEGER, Wire};

type Result<T, E = Failure> = std::result::Result<T, E>;

impl Wire {
    fn unexpected(&self, expected: &dyn Expected) -> Failure {
        let found = match self {
            Self::Undefined => Unexpected::Other("undefined"),
            Self::Null => Unexpected::Other("null"),
            Self::Bool(flag) => Unexpected::Bool(*flag),
            Self::Number(found) => {
                let text = format!("number {}", number(*found));
                return Failure::invalid_type(Unexpected::Other(&text), expected);
            }
            Self::BigInt(_) => Unexpected::Other("a BigInt out of range"),
            Self::Text(text) => Unexpected::Str(text),
            Self::Date(_) => Unexpected::Other("a Date"),
            Self::Bytes(_) => Unexpected::Other("bytes"),
            Self::List(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
            Self::Other(what) => Unexpected::Other(what),
        };
        Failure::invalid_type(found, expected)
    }

    /// The integer that the value is, if it is one exactly.
    fn integer(&self) -> Option<i128> {
        match self {
            Self::BigInt(integer) => Some(*integer),
            Self::Number(number) => {
                let integer = *number as i64;
                let is_exact =
                    integer as f64 == *number && integer.unsigned_abs() <= MAX_SAFE_INTEGER as u64;
                is_exact.then_some(integer.into())
            }
            _ => None,
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    fn visit_integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Some(integer) = self.integer() else {
            return Err(self.unexpected(&visitor));
        };
        if let Ok(integer) = i64::try_from(integer) {
            visitor.visit_i64(integer)
        } else if let Ok(integer) = u64::try_from(integer) {
            visitor.visit_u64(integer)
        } else {
            visitor.visit_i128(integer)
        }
    }
}

/// Passes a list to the visitor, which has to read it to its end.
fn visit_all<'de, T: IntoDeserializer<'de, Failure>, V: Visitor<'de>>(
    values: impl Iterator<Item = T>,
    visitor: V,
) -> Result<V::Value> {
    let mut values = SeqDeserializer::new(values);
    let value = visitor.visit_seq(&mut values)?;
    values.end()?;
    Ok(value)
}

/// Forwards to a method that fits several of serde's types.
macro_rules! forward {
    ($($method:ident $to:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.$to(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Wire {
    type Error = Failure;

    forward!(
        deserialize_i8 visit_integer, deserialize_i16 visit_integer, deserialize_i32 visit_integer,
        deserialize_i64 visit_integer, deserialize_i128 visit_integer, deserialize_u8 visit_integer,
        deserialize_u16 visit_integer, deserialize_u32 visit_integer, deserialize_u64 visit_integer,
        deserialize_u128 visit_integer, deserialize_f32 deserialize_f64,
        deserialize_char deserialize_string, deserialize_str deserialize_string,
        deserialize_identifier deserialize_string, deserialize_bytes deserialize_byte_buf
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Undefined | Self::Null => visitor.visit_unit(),
            Self::Bool(flag) => visitor.visit_bool(flag),
            Self::Number(number) if self.integer().is_none() => visitor.visit_f64(number),
            Self::Number(_) | Self::BigInt(_) => self.visit_integer(visitor),
            Self::Text(text) => visitor.visit_string(text),
            Self::Bytes(bytes) => visitor.visit_byte_buf(bytes),
            Self::List(_) => self.deserialize_seq(visitor),
            Self::Object(_) => self.deserialize_map(visitor),
            // As a struct around a number, which serde buffers for a later `Timestamp`.
            Self::Date(millis) if millis.is_finite() => {
                visitor.visit_newtype_struct((millis as i64).into_deserializer())
            }
            Self::Date(_) | Self::Other(_) => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Bool(flag) => visitor.visit_bool(flag),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Number(number) => visitor.visit_f64(number),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Text(text) => visitor.visit_string(text),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Bytes(bytes) => visitor.visit_byte_buf(bytes),
            other => other.deserialize_seq(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.is_nothing() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else {
            Err(self.unexpected(&visitor))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Self::Date(millis) if name == DATE => visitor.visit_f64(millis),
            other if name == DATE => Err(other.unexpected(&visitor)),
            other => visitor.visit_newtype_struct(other),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::List(values) => visit_all(values.into_iter(), visitor),
            Self::Bytes(bytes) => visit_all(bytes.into_iter(), visitor),
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Object(fields) => {
                let fields = fields.into_iter().map(|(key, value)| (Key(key), value));
                visitor.visit_map(MapDeserializer::new(fields))
            }
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Self::Text(variant) => visitor.visit_enum(Variant(variant, Self::Undefined)),
            Self::Object(fields) if fields.len() == 1 => {
                let (variant, payload) = fields.into_iter().next().unwrap_or_default();
                visitor.visit_enum(Variant(variant, payload))
            }
            other => Err(other.unexpected(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }
}

impl<'de> IntoDeserializer<'de, Failure> for Wire {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// An object's key, which may represent an integer or a bool in a Rust map.
struct Key(String);

impl<'de> IntoDeserializer<'de, Failure> for Key {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed_keys {
    ($($method:ident $visit:ident $type:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.0.parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Failure::invalid_type(Unexpected::Str(&self.0), &visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key {
    type Error = Failure;

    parsed_keys!(
        deserialize_bool visit_bool bool, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64, deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        StringDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// An enum's variant and its content.
struct Variant(String, Wire);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Failure;
    type Variant = Wire;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Wire)> {
        let name: StringDeserializer<Failure> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, self.1))
    }
}

impl<'de> VariantAccess<'de> for Wire {
    type Error = Failure;

    fn unit_variant(self) -> Result<()> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }
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

//! From the packed form to serde.
//!
//! A value is read to its end even if it does not fit: what contains it may go on after it.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected,
    IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::MAX_SAFE_INTEGER;
use super::date::DATE;
use super::failure::Failure;
use super::read::{Item, Reader};
use crate::json::number;

type Result<T, E = Failure> = std::result::Result<T, E>;

/// A value whose parts have not been read yet.
pub(crate) struct Value<'r, 'de> {
    from: &'r mut Reader<'de>,
    item: Item<'de>,
}

impl<'de> Reader<'de> {
    /// The next value; `undefined` after the last one.
    pub(crate) fn value(&mut self) -> Value<'_, 'de> {
        let item = self.item();
        Value { from: self, item }
    }
}

impl<'de> Value<'_, 'de> {
    /// Decodes the value as a Rust type.
    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<T> {
        T::deserialize(self)
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self.item, Item::Undefined)
    }

    /// The failure of a value of the wrong type.
    fn unexpected(self, expected: &dyn Expected) -> Failure {
        self.from.skip(self.item);
        let found = match self.item {
            Item::Undefined => Unexpected::Other("undefined"),
            Item::Null => Unexpected::Other("null"),
            Item::Bool(flag) => Unexpected::Bool(flag),
            Item::Number(found) => {
                let text = format!("number {}", number(found));
                return Failure::invalid_type(Unexpected::Other(&text), expected);
            }
            Item::BigInt(_) => Unexpected::Other("a BigInt out of range"),
            Item::Text(text) => Unexpected::Str(text),
            Item::Date(_) => Unexpected::Other("a Date"),
            Item::Bytes(_) => Unexpected::Other("bytes"),
            Item::List(_) => Unexpected::Seq,
            Item::Object(_) => Unexpected::Map,
            Item::Other(what) => Unexpected::Other(what),
        };
        Failure::invalid_type(found, expected)
    }

    /// The integer that the value is, if it is one exactly.
    fn integer(&self) -> Option<i128> {
        match self.item {
            Item::BigInt(integer) => Some(integer),
            Item::Number(number) => {
                let integer = number as i64;
                let is_exact =
                    integer as f64 == number && integer.unsigned_abs() <= MAX_SAFE_INTEGER as u64;
                is_exact.then_some(integer.into())
            }
            _ => None,
        }
    }

    fn visit_integer<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
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

/// Forwards to a method that fits several of serde's types.
macro_rules! forward {
    ($($method:ident($($ignored:ty),*) $to:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $ignored,)* visitor: V) -> Result<V::Value> {
            self.$to(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Failure;

    forward! {
        deserialize_i8() visit_integer, deserialize_i16() visit_integer,
        deserialize_i32() visit_integer, deserialize_i64() visit_integer,
        deserialize_i128() visit_integer, deserialize_u8() visit_integer,
        deserialize_u16() visit_integer, deserialize_u32() visit_integer,
        deserialize_u64() visit_integer, deserialize_u128() visit_integer,
        deserialize_f32() deserialize_f64, deserialize_char() deserialize_str,
        deserialize_string() deserialize_str, deserialize_identifier() deserialize_str,
        deserialize_byte_buf() deserialize_bytes,
        deserialize_unit_struct(&'static str) deserialize_unit,
        deserialize_tuple(usize) deserialize_seq,
        deserialize_tuple_struct(&'static str, usize) deserialize_seq,
        deserialize_struct(&'static str, &'static [&'static str]) deserialize_map,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.item {
            Item::Undefined | Item::Null => visitor.visit_unit(),
            Item::Bool(flag) => visitor.visit_bool(flag),
            Item::Number(number) if self.integer().is_none() => visitor.visit_f64(number),
            Item::Number(_) | Item::BigInt(_) => self.visit_integer(visitor),
            Item::Text(text) => visitor.visit_borrowed_str(text),
            Item::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Item::List(_) => self.deserialize_seq(visitor),
            Item::Object(_) => self.deserialize_map(visitor),
            // As a struct around a number, which serde buffers for a later `Timestamp`.
            Item::Date(millis) if millis.is_finite() => {
                visitor.visit_newtype_struct((millis as i64).into_deserializer())
            }
            Item::Date(_) | Item::Other(_) => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.item {
            Item::Bool(flag) => visitor.visit_bool(flag),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.item {
            Item::Number(number) => visitor.visit_f64(number),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.item {
            Item::Text(text) => visitor.visit_borrowed_str(text),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.item {
            Item::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.item {
            Item::Undefined | Item::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.item {
            Item::Undefined | Item::Null => visitor.visit_unit(),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        match self.item {
            Item::Date(millis) if name == DATE => visitor.visit_f64(millis),
            _ if name == DATE => Err(self.unexpected(&visitor)),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let (bytes, count) = match self.item {
            Item::List(count) => (None, count),
            Item::Bytes(bytes) => (Some(bytes), bytes.len()),
            _ => return Err(self.unexpected(&visitor)),
        };
        let mut list = List {
            from: self.from,
            bytes,
            count,
            read: 0,
        };
        list.from.enter();
        let value = visitor.visit_seq(&mut list);
        match (list.end(), value) {
            (Err(failure), Ok(_)) => Err(failure),
            (_, value) => value,
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Item::Object(left) = self.item else {
            return Err(self.unexpected(&visitor));
        };
        let mut fields = Fields {
            from: self.from,
            left,
            key: None,
        };
        fields.from.enter();
        let value = visitor.visit_map(&mut fields);
        fields.end();
        value
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let (name, has_content) = match self.item {
            Item::Text(name) => (name, false),
            Item::Object(1) => {
                let (name, room) = self.from.key();
                if let Err(instead) = room {
                    self.from.skip_values(1);
                    let item = Item::Other(instead);
                    return Err(Value { item, ..self }.unexpected(&visitor));
                }
                (name, true)
            }
            _ => return Err(self.unexpected(&visitor)),
        };
        let mut variant = Variant {
            from: self.from,
            name,
            has_content,
        };
        variant.from.enter();
        let value = visitor.visit_enum(&mut variant);
        variant.end();
        value
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.from.skip(self.item);
        visitor.visit_unit()
    }
}

/// The parts of a list, or bytes as such.
struct List<'r, 'de> {
    from: &'r mut Reader<'de>,
    bytes: Option<&'de [u8]>,
    count: usize,
    read: usize,
}

impl List<'_, '_> {
    /// Ends the list, which has to be read to its end.
    fn end(self) -> Result<()> {
        let Self {
            from, count, read, ..
        } = self;
        if self.bytes.is_none() {
            from.skip_values(count - read);
        }
        from.leave();
        match read < count {
            true => Err(Failure::invalid_length(count, &Parts(read))),
            false => Ok(()),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut List<'_, 'de> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let index = self.read;
        if index == self.count {
            return Ok(None);
        }
        self.read += 1;
        let item = match self.bytes {
            Some(bytes) => Item::Number(bytes[index].into()),
            None => self.from.item(),
        };
        let from = &mut *self.from;
        let part = seed.deserialize(Value { from, item });
        part.map(Some).map_err(|failure| failure.in_list(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.count - self.read)
    }
}

/// How many parts of a list were expected, in serde's words.
struct Parts(usize);

impl Expected for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 element in sequence"),
            count => write!(f, "{count} elements in sequence"),
        }
    }
}

/// The fields of an object.
struct Fields<'r, 'de> {
    from: &'r mut Reader<'de>,
    left: usize,
    /// The key of the value that is next.
    key: Option<&'de str>,
}

impl Fields<'_, '_> {
    fn end(mut self) {
        self.skip_value();
        self.from.skip_fields(self.left);
        self.from.leave();
    }

    /// Skips a value of which only the key has been read.
    fn skip_value(&mut self) {
        if self.key.take().is_some() {
            self.from.skip_values(1);
        }
    }
}

impl<'de> MapAccess<'de> for &mut Fields<'_, 'de> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        self.skip_value();
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let (key, room) = self.from.key();
        self.key = Some(key);
        if let Err(instead) = room {
            return Err(Failure::invalid_type(Unexpected::Other(instead), &"a key"));
        }
        let value = seed.deserialize(Key(key));
        value.map(Some).map_err(|failure| failure.in_field(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        let key = self.key.take().unwrap_or_default();
        let value = seed.deserialize(self.from.value());
        value.map_err(|failure| failure.in_field(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// An object's key, which may represent an integer or a bool in a Rust map.
struct Key<'de>(&'de str);

macro_rules! parsed_keys {
    ($($method:ident $visit:ident $type:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.0.parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Failure::invalid_type(Unexpected::Str(self.0), &visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Failure;

    parsed_keys!(
        deserialize_bool visit_bool bool, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64, deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.0)
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
        BorrowedStrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// An enum's variant and its content.
struct Variant<'r, 'de> {
    from: &'r mut Reader<'de>,
    name: &'de str,
    /// Whether its content has not been read yet.
    has_content: bool,
}

impl<'de> Variant<'_, 'de> {
    /// Its content; without any, `undefined`.
    fn content(&mut self) -> Value<'_, 'de> {
        let item = match std::mem::take(&mut self.has_content) {
            true => self.from.item(),
            false => Item::Undefined,
        };
        let from = &mut *self.from;
        Value { from, item }
    }

    fn end(mut self) {
        let Value { from, item } = self.content();
        from.skip(item);
        from.leave();
    }
}

impl<'de> EnumAccess<'de> for &mut Variant<'_, 'de> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let name = BorrowedStrDeserializer::<Failure>::new(self.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Variant<'_, 'de> {
    type Error = Failure;

    fn unit_variant(self) -> Result<()> {
        let unit = de::Deserialize::deserialize(self.content());
        unit.map_err(|failure: Failure| failure.in_field(self.name))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        let value = seed.deserialize(self.content());
        value.map_err(|failure| failure.in_field(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        let value = self.content().deserialize_seq(visitor);
        value.map_err(|failure| failure.in_field(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let value = self.content().deserialize_map(visitor);
        value.map_err(|failure| failure.in_field(self.name))
    }
}

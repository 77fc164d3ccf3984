//! From serde to the wire.

use serde::Serialize;
use serde::ser::{self, Error as _, Serializer};

use super::value::{DATE, Failure, MAX_SAFE_INTEGER, Wire};

type Result<T = Wire> = std::result::Result<T, Failure>;

pub(super) struct Encoder;

fn tagged(variant: &str, payload: Wire) -> Wire {
    Wire::Object(vec![(variant.to_owned(), payload)])
}

fn integer(value: i128) -> Result {
    if value.unsigned_abs() > MAX_SAFE_INTEGER as u128 {
        return Err(Failure::custom(format_args!(
            "{value} is beyond ±(2^53 - 1), the integers that a JavaScript number holds; send it \
             as text, or as an `i128`, which is a BigInt"
        )));
    }
    Ok(Wire::Number(value as f64))
}

macro_rules! numbers {
    ($($method:ident $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result {
            Ok(Wire::Number(value.into()))
        }
    )*};
}

impl Serializer for Encoder {
    type Ok = Wire;
    type Error = Failure;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    numbers!(
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_u8 u8,
        serialize_u16 u16, serialize_u32 u32, serialize_f32 f32, serialize_f64 f64
    );

    fn serialize_bool(self, value: bool) -> Result {
        Ok(Wire::Bool(value))
    }

    fn serialize_i64(self, value: i64) -> Result {
        integer(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result {
        integer(value.into())
    }

    fn serialize_i128(self, value: i128) -> Result {
        Ok(Wire::BigInt(value))
    }

    fn serialize_u128(self, value: u128) -> Result {
        i128::try_from(value)
            .map(Wire::BigInt)
            .map_err(|_| Failure::custom(format_args!("{value} is too large")))
    }

    fn serialize_char(self, value: char) -> Result {
        Ok(Wire::Text(value.into()))
    }

    fn serialize_str(self, value: &str) -> Result {
        Ok(Wire::Text(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        Ok(Wire::Bytes(value.to_owned()))
    }

    fn serialize_none(self) -> Result {
        Ok(Wire::Undefined)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        Ok(Wire::Undefined)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(Wire::Undefined)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        Ok(Wire::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result {
        match value.serialize(self)? {
            Wire::Number(millis) if name == DATE => Ok(Wire::Date(millis)),
            wire => Ok(wire),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        Ok(tagged(variant, value.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List> {
        Ok(List {
            values: Vec::with_capacity(length.unwrap_or_default()),
            variant: None,
        })
    }

    fn serialize_tuple(self, length: usize) -> Result<List> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List> {
        Ok(List {
            values: Vec::with_capacity(length),
            variant: Some(variant),
        })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Object> {
        Ok(Object::new(length.unwrap_or_default(), None))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Object> {
        Ok(Object::new(length, None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Object> {
        Ok(Object::new(length, Some(variant)))
    }
}

pub(super) struct List {
    values: Vec<Wire>,
    variant: Option<&'static str>,
}

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.values.push(value.serialize(Encoder)?);
        Ok(())
    }

    fn finish(self) -> Result {
        let list = Wire::List(self.values);
        Ok(match self.variant {
            Some(variant) => tagged(variant, list),
            None => list,
        })
    }
}

macro_rules! lists {
    ($($of:ident $push:ident),*) => {$(
        impl ser::$of for List {
            type Ok = Wire;
            type Error = Failure;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.push(value)
            }

            fn end(self) -> Result {
                self.finish()
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
);

pub(super) struct Object {
    fields: Vec<(String, Wire)>,
    key: String,
    variant: Option<&'static str>,
}

impl Object {
    fn new(length: usize, variant: Option<&'static str>) -> Self {
        Self {
            fields: Vec::with_capacity(length),
            key: String::new(),
            variant,
        }
    }

    fn finish(self) -> Result {
        let object = Wire::Object(self.fields);
        Ok(match self.variant {
            Some(variant) => tagged(variant, object),
            None => object,
        })
    }
}

impl ser::SerializeMap for Object {
    type Ok = Wire;
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = match key.serialize(Encoder)? {
            Wire::Text(text) => text,
            Wire::Bool(flag) => flag.to_string(),
            Wire::Number(number) if number.fract() == 0.0 => number.to_string(),
            _ => return Err(Failure::custom("a map's keys are text or integers")),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let value = value.serialize(Encoder)?;
        self.fields.push((std::mem::take(&mut self.key), value));
        Ok(())
    }

    fn end(self) -> Result {
        self.finish()
    }
}

macro_rules! structs {
    ($($of:ident),*) => {$(
        impl ser::$of for Object {
            type Ok = Wire;
            type Error = Failure;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<()> {
                self.fields.push((key.to_owned(), value.serialize(Encoder)?));
                Ok(())
            }

            fn end(self) -> Result {
                self.finish()
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

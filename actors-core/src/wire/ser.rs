//! From serde to the packed form.

use serde::Serialize;
use serde::ser::{self, Error as _, Serializer};

use super::MAX_SAFE_INTEGER;
use super::date::DATE;
use super::failure::Failure;
use super::pack::Packer;
use super::packed::{FALSE, NUMBER, TEXT, TRUE, UNDEFINED};

type Result<T = ()> = std::result::Result<T, Failure>;

impl Packer {
    fn integer(&mut self, value: i128) -> Result {
        if value.unsigned_abs() > MAX_SAFE_INTEGER as u128 {
            return Err(Failure::custom(format_args!(
                "{value} is beyond ±(2^53 - 1), the integers that a JavaScript number holds; send \
                 it as text, or as an `i128`, which is a BigInt"
            )));
        }
        self.number(value as f64);
        Ok(())
    }

    /// Makes the key of a field of what was written last, which began at these places.
    fn make_key(&mut self, cell: usize, text: usize) -> Result {
        let key = match self.cells[cell..] {
            [TEXT, _] => self.texts.split_off(text),
            [FALSE] => "false".to_owned(),
            [TRUE] => "true".to_owned(),
            [NUMBER, number] if number.fract() == 0.0 => number.to_string(),
            _ => return Err(Failure::custom("a map's keys are text or integers")),
        };
        self.cells.truncate(cell);
        self.key(&key);
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result {
            self.number(value.into());
            Ok(())
        }
    )*};
}

impl<'a> Serializer for &'a mut Packer {
    type Ok = ();
    type Error = Failure;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    numbers!(
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_u8 u8,
        serialize_u16 u16, serialize_u32 u32, serialize_f32 f32, serialize_f64 f64
    );

    fn serialize_bool(self, value: bool) -> Result {
        self.kind(if value { TRUE } else { FALSE });
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result {
        self.integer(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result {
        self.integer(value.into())
    }

    fn serialize_i128(self, value: i128) -> Result {
        self.big_integer(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result {
        let value = i128::try_from(value)
            .map_err(|_| Failure::custom(format_args!("{value} is too large")))?;
        self.serialize_i128(value)
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Result {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.kind(UNDEFINED);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result {
        let at = self.cells.len();
        value.serialize(&mut *self)?;
        if name == DATE {
            self.date_at(at);
        }
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result {
        self.tag(variant);
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>> {
        let at = self.list();
        Ok(Parts { to: self, at })
    }

    fn serialize_tuple(self, length: usize) -> Result<Parts<'a>> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Parts<'a>> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Parts<'a>> {
        self.tag(variant);
        self.serialize_seq(Some(length))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>> {
        let at = self.object();
        Ok(Parts { to: self, at })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Parts<'a>> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Parts<'a>> {
        self.tag(variant);
        self.serialize_map(Some(length))
    }
}

/// The parts of a list or of an object, which are counted in this cell.
pub(crate) struct Parts<'a> {
    to: &'a mut Packer,
    at: usize,
}

impl Parts<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.to.cells[self.at] += 1.0;
        value.serialize(&mut *self.to)
    }
}

macro_rules! lists {
    ($($of:ident $push:ident),*) => {$(
        impl ser::$of for Parts<'_> {
            type Ok = ();
            type Error = Failure;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                self.push(value)
            }

            fn end(self) -> Result {
                Ok(())
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
);

macro_rules! structs {
    ($($of:ident),*) => {$(
        impl ser::$of for Parts<'_> {
            type Ok = ();
            type Error = Failure;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result {
                self.to.key(key);
                self.push(value)
            }

            fn end(self) -> Result {
                Ok(())
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        let (cell, text) = (self.to.cells.len(), self.to.texts.len());
        key.serialize(&mut *self.to)?;
        self.to.make_key(cell, text)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.push(value)
    }

    fn end(self) -> Result {
        Ok(())
    }
}

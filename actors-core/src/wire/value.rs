//! A value of a call as a tree, for tests of what typed stubs never send.

use super::pack::Packer;
use super::packed::{DATE, FALSE, NULL, OTHER, Packed, TRUE, UNDEFINED};
use super::read::{Item, Reader};

/// A JavaScript value.
#[allow(
    missing_docs,
    unreachable_pub,
    reason = "the framework's own tests use it"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Wire {
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

impl Wire {
    /// Packs values, in order.
    pub(crate) fn pack(values: &[Self]) -> Packed {
        let mut packer = Packer::default();
        for value in values {
            packer.begin();
            value.write(&mut packer);
        }
        packer.finish()
    }

    /// Unpacks the values.
    pub(crate) fn unpack(packed: &Packed) -> Vec<Self> {
        let mut reader = packed.reader();
        let values = (0..packed.count()).map(|_| Self::read(&mut reader));
        values.collect()
    }

    fn write(&self, to: &mut Packer) {
        match self {
            Self::Undefined => to.kind(UNDEFINED),
            Self::Null => to.kind(NULL),
            Self::Bool(flag) => to.kind(if *flag { TRUE } else { FALSE }),
            Self::Number(number) => to.number(*number),
            Self::BigInt(integer) => to.big_integer(*integer),
            Self::Text(text) => to.text(text),
            Self::Date(millis) => to.cells.extend([DATE, *millis]),
            Self::Bytes(bytes) => to.bytes(bytes),
            Self::List(values) => {
                let at = to.list();
                to.cells[at] = values.len() as f64;
                values.iter().for_each(|value| value.write(to));
            }
            Self::Object(fields) => {
                let at = to.object();
                to.cells[at] = fields.len() as f64;
                for (key, value) in fields {
                    to.key(key);
                    value.write(to);
                }
            }
            Self::Other(what) => to.described(OTHER, what),
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        match from.item() {
            Item::Undefined => Self::Undefined,
            Item::Null => Self::Null,
            Item::Bool(flag) => Self::Bool(flag),
            Item::Number(number) => Self::Number(number),
            Item::BigInt(integer) => Self::BigInt(integer),
            Item::Text(text) => Self::Text(text.to_owned()),
            Item::Date(millis) => Self::Date(millis),
            Item::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Item::List(count) => {
                from.enter();
                let values = (0..count).map(|_| Self::read(from)).collect();
                from.leave();
                Self::List(values)
            }
            Item::Object(count) => {
                from.enter();
                let fields = (0..count).map(|_| (from.key().0.to_owned(), Self::read(from)));
                let fields = fields.collect();
                from.leave();
                Self::Object(fields)
            }
            Item::Other(what) => Self::Other(what.to_owned()),
        }
    }
}

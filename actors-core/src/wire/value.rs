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

#[cfg(all(test, feature = "testing"))]
mod tests {
    use fastrand::Rng;

    use super::*;

    fn random(rng: &mut Rng, depth: u32) -> Wire {
        let text = |rng: &mut Rng| {
            let parts = ["", "a", "ä", "🦀", "key", "\0", "日本", "__proto__"];
            let parts = (0..rng.usize(..4)).map(|_| parts[rng.usize(..parts.len())]);
            parts.collect::<String>()
        };
        match rng.u8(..if depth < 4 { 12 } else { 9 }) {
            0 => Wire::Undefined,
            1 => Wire::Null,
            2 => Wire::Bool(rng.bool()),
            3 => Wire::Number(f64::from(rng.i32(..)) / 8.0),
            4 => Wire::BigInt(rng.i128(..)),
            5 => Wire::Text(text(rng)),
            6 => Wire::Date(rng.i32(..).into()),
            7 => Wire::Bytes((0..rng.usize(..5)).map(|_| rng.u8(..)).collect()),
            8 => Wire::Number([f64::INFINITY, -0.0, 5e-324][rng.usize(..3)]),
            9 => Wire::List(
                (0..rng.usize(..5))
                    .map(|_| random(rng, depth + 1))
                    .collect(),
            ),
            _ => {
                let fields = (0..rng.usize(..5)).map(|_| (text(rng), random(rng, depth + 1)));
                Wire::Object(fields.collect())
            }
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_as_it_was() {
        let seed = 15;
        let mut rng = Rng::with_seed(seed);
        for _ in 0..20_000 {
            let values: Vec<Wire> = (0..rng.usize(..4)).map(|_| random(&mut rng, 0)).collect();
            let packed = Wire::pack(&values);
            assert_eq!(Wire::unpack(&packed), values, "seed {seed}");
        }
    }

    #[test]
    fn a_key_is_written_once() {
        let point = || Wire::Object(vec![("x".into(), Wire::Null), ("y".into(), Wire::Null)]);
        let packed = Wire::pack(&[Wire::List(vec![point(); 3])]);
        assert_eq!(packed.texts, "xy");
        assert_eq!(packed.values().len(), 2 + 3 * 2 + 3 * 4 + 2);
    }

    #[test]
    fn nonsense_is_read_as_something() {
        let seed = 16;
        let mut rng = Rng::with_seed(seed);
        for _ in 0..20_000 {
            let cells = (0..rng.usize(..24)).map(|_| f64::from(rng.i8(-1..13)));
            let mut packed = Packed {
                cells: cells.collect(),
                texts: "aä🦀".to_owned(),
                bytes: vec![1, 2],
            };
            Wire::unpack(&packed);
            let _ = packed.reader().value().decode::<Vec<Option<bool>>>();
            if packed.last_bytes().is_some() {
                packed.pop_bytes();
            }
        }
    }
}

//! A number that tells values apart.

use super::packed::Packed;
use super::read::{Item, Reader};
use crate::fnv::Fnv;

impl Packed {
    /// A number for all values but the one at that position. A field that is absent is as one that
    /// is `null`, and the order of an object's fields does not count: those are the same to whoever
    /// decodes them.
    pub(crate) fn fingerprint_without(&self, position: usize) -> i64 {
        let mut from = self.reader();
        let mut all = 0_i64;
        for index in 0..self.count() {
            let value = from.fingerprint();
            if let Some(value) = value.filter(|_| index != position) {
                all = all.wrapping_add(field(&index.to_string(), value));
            }
        }
        // Again within what a row holds exactly.
        all & ((1 << 53) - 1)
    }
}

impl Reader<'_> {
    /// The number of the next value; none if it is as good as absent.
    fn fingerprint(&mut self) -> Option<i64> {
        let mut hash = Fnv::default();
        let mut number = |kind: &str, bytes: &[u8]| {
            hash.write(kind);
            hash.write_bytes(bytes);
            Some(hash.finish())
        };
        match self.item() {
            Item::Undefined | Item::Null => None,
            Item::Bool(is) => number("bool", &[u8::from(is)]),
            Item::Number(float) => number("number", &float.to_bits().to_le_bytes()),
            Item::BigInt(integer) => number("bigint", &integer.to_le_bytes()),
            Item::Text(text) => number("text", text.as_bytes()),
            Item::Date(millis) => number("date", &millis.to_bits().to_le_bytes()),
            Item::Bytes(bytes) => number("bytes", bytes),
            Item::Other(what) => number("other", what.as_bytes()),
            Item::List(count) => Some(self.fingerprint_list(count)),
            Item::Object(count) => Some(self.fingerprint_object(count)),
        }
    }

    fn fingerprint_list(&mut self, count: usize) -> i64 {
        let mut hash = Fnv::default();
        hash.write("list");
        self.enter();
        for _ in 0..count {
            let value = self.fingerprint().unwrap_or_default();
            hash.write_bytes(&value.to_le_bytes());
        }
        self.leave();
        hash.finish()
    }

    fn fingerprint_object(&mut self, count: usize) -> i64 {
        let mut all = field("object", 0);
        self.enter();
        for _ in 0..count {
            let (key, _) = self.key();
            if let Some(value) = self.fingerprint() {
                all = all.wrapping_add(field(key, value));
            }
        }
        self.leave();
        all
    }
}

fn field(key: &str, value: i64) -> i64 {
    let mut hash = Fnv::default();
    hash.write(key);
    hash.write_bytes(&value.to_le_bytes());
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::super::Wire;

    fn of(values: &[Wire]) -> i64 {
        Wire::pack(values).fingerprint_without(0)
    }

    fn object(fields: &[(&str, Wire)]) -> Wire {
        let fields = fields.iter();
        Wire::Object(
            fields
                .map(|(key, value)| ((*key).to_owned(), value.clone()))
                .collect(),
        )
    }

    #[test]
    fn what_is_decoded_as_the_same_has_the_same_number() {
        let (one, two) = (Wire::Number(1.0), Wire::Number(2.0));
        let key = Wire::Text("key".into());
        let forward = object(&[("a", one.clone()), ("b", two.clone())]);
        let backward = object(&[("b", two.clone()), ("c", Wire::Null), ("a", one.clone())]);
        assert_eq!(of(&[key.clone(), forward]), of(&[key.clone(), backward]));
        let missing = of(&[one.clone(), two.clone()]);
        for absent in [Wire::Undefined, Wire::Null] {
            assert_eq!(of(&[key.clone(), two.clone(), absent]), missing);
        }
    }

    #[test]
    fn what_is_not_the_same_has_another_number() {
        let text = |text: &str| Wire::Text(text.into());
        let pair = |a: &Wire, b: &Wire| object(&[("a", a.clone()), ("b", b.clone())]);
        let (one, two) = (Wire::Number(1.0), Wire::Number(2.0));
        let values = [
            Wire::Undefined,
            Wire::Bool(false),
            Wire::Bool(true),
            one.clone(),
            two.clone(),
            Wire::BigInt(1),
            Wire::Date(1.0),
            text("1"),
            text(""),
            Wire::Bytes(b"1".into()),
            Wire::List(vec![]),
            Wire::List(vec![one.clone()]),
            Wire::List(vec![one.clone(), two.clone()]),
            Wire::List(vec![two.clone(), one.clone()]),
            Wire::List(vec![Wire::List(vec![one.clone()])]),
            object(&[]),
            pair(&one, &two),
            pair(&two, &one),
            object(&[("a", pair(&one, &two))]),
        ];
        let numbers = values.map(|value| of(&[Wire::Null, value, text("x")]));
        for (index, number) in numbers.iter().enumerate() {
            assert!(!numbers[..index].contains(number), "{index}");
        }
    }
}

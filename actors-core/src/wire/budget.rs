//! How much is made of what a call carries: a small message can stand for a large value.

use super::value::Wire;

/// How deep a value may be nested, as in JSON: a caller must not exhaust the stack.
const DEPTH: u32 = 128;

/// How many values a call may carry, each part of a list and of an object counted.
const VALUES: usize = 1_000_000;

/// How many bytes of text, keys and bytes: what the platform's own limit is about.
const BYTES: usize = 32 << 20;

/// What is left for the values of a call.
pub(crate) struct Budget {
    values: usize,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            values: VALUES,
            bytes: BYTES,
        }
    }
}

impl Budget {
    /// Takes room for so many values; without it, returns what stands in their place.
    pub(crate) fn take_values(&mut self, count: usize) -> Result<(), Wire> {
        take(&mut self.values, count)
            .ok_or_else(|| Wire::Other(format!("one value of more than {VALUES} in the call")))
    }

    /// Takes room for so many bytes.
    pub(crate) fn take_bytes(&mut self, count: usize) -> Result<(), Wire> {
        take(&mut self.bytes, count)
            .ok_or_else(|| Wire::Other("a part of a call of more than 32 MiB".to_owned()))
    }

    /// Whether a value may be nested that deep.
    pub(crate) fn check_depth(depth: u32) -> Result<(), Wire> {
        match depth > DEPTH {
            true => Err(Wire::Other(format!(
                "a value nested more than {DEPTH} deep"
            ))),
            false => Ok(()),
        }
    }

    /// The value, with something else in the place of what there is no room for.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(dead_code, reason = "there it is counted as it is made")
    )]
    pub(crate) fn admit(&mut self, value: Wire) -> Wire {
        self.admit_nested(value, 0)
            .unwrap_or_else(|instead| instead)
    }

    fn admit_nested(&mut self, value: Wire, depth: u32) -> Result<Wire, Wire> {
        match &value {
            Wire::Text(text) => self.take_bytes(text.len())?,
            Wire::Bytes(bytes) => self.take_bytes(bytes.len())?,
            _ => {}
        }
        match value {
            Wire::List(values) => {
                Self::check_depth(depth + 1)?;
                self.take_values(values.len())?;
                let values = values
                    .into_iter()
                    .map(|value| self.admit_at(value, depth + 1));
                Ok(Wire::List(values.collect()))
            }
            Wire::Object(fields) => {
                Self::check_depth(depth + 1)?;
                self.take_values(fields.len())?;
                let fields = fields.into_iter().map(|(key, value)| {
                    self.take_bytes(key.len())?;
                    Ok((key, self.admit_at(value, depth + 1)))
                });
                fields.collect::<Result<_, _>>().map(Wire::Object)
            }
            other => Ok(other),
        }
    }

    fn admit_at(&mut self, value: Wire, depth: u32) -> Wire {
        self.admit_nested(value, depth)
            .unwrap_or_else(|instead| instead)
    }
}

/// Takes from what is left; when that is not enough, nothing is left for anyone.
fn take(left: &mut usize, count: usize) -> Option<()> {
    let rest = left.checked_sub(count);
    *left = rest.unwrap_or_default();
    rest.map(drop)
}

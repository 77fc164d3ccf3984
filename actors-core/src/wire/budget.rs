//! Limits what is built from a call, since a small message can represent a large value.

use super::value::Wire;

/// The maximum nesting depth, as in JSON: a caller must not exhaust the stack.
const DEPTH: u32 = 128;

/// How many values a call may carry, counting each part of a list and of an object.
const VALUES: usize = 1_000_000;

/// How many bytes of texts, keys and bytes, like the platform's own limit.
const BYTES: usize = 32 << 20;

/// The remaining budget for the values of a call.
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
    /// Reserves room for so many values; if there is none, returns the placeholder for them.
    pub(crate) fn take_values(&mut self, count: usize) -> Result<(), Wire> {
        take(&mut self.values, count)
            .ok_or_else(|| Wire::Other(format!("one value of more than {VALUES} in the call")))
    }

    /// Reserves room for so many bytes.
    pub(crate) fn take_bytes(&mut self, count: usize) -> Result<(), Wire> {
        take(&mut self.bytes, count)
            .ok_or_else(|| Wire::Other("a part of a call of more than 32 MiB".to_owned()))
    }

    /// Checks that a value may be nested that deep.
    pub(crate) fn check_depth(depth: u32) -> Result<(), Wire> {
        match depth > DEPTH {
            true => Err(Wire::Other(format!(
                "a value nested more than {DEPTH} deep"
            ))),
            false => Ok(()),
        }
    }

    /// The value, with placeholders for what exceeds the budget.
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

/// Takes from the rest; once that is not enough, nothing is left at all.
fn take(left: &mut usize, count: usize) -> Option<()> {
    let rest = left.checked_sub(count);
    *left = rest.unwrap_or_default();
    rest.map(drop)
}

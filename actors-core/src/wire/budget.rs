//! Limits what is built from a call, since a small message can represent a large value.

/// The maximum nesting depth, as in JSON: a caller must not exhaust the stack.
const DEPTH: u32 = 128;

/// How many values a call may carry, counting each part of a list and of an object.
const VALUES: usize = 1_000_000;

/// How many bytes of texts, keys and bytes, like the platform's own limit.
const BYTES: usize = 32 << 20;

/// What stands for a value that exceeds the budget, as the glue describes it too.
type Instead = &'static str;

/// The remaining budget for the values of a call.
pub(super) struct Budget {
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
    /// Reserves room for so many values.
    pub(super) fn take_values(&mut self, count: usize) -> Result<(), Instead> {
        take(&mut self.values, count).ok_or("one value of more than 1000000 in the call")
    }

    /// Reserves room for so many bytes.
    pub(super) fn take_bytes(&mut self, count: usize) -> Result<(), Instead> {
        take(&mut self.bytes, count).ok_or("a part of a call of more than 32 MiB")
    }

    /// Checks that a value may be nested that deep.
    pub(super) fn check_depth(depth: u32) -> Result<(), Instead> {
        match depth > DEPTH {
            true => Err("a value nested more than 128 deep"),
            false => Ok(()),
        }
    }
}

/// Takes from the rest; once that is not enough, nothing is left at all.
fn take(left: &mut usize, count: usize) -> Option<()> {
    let rest = left.checked_sub(count);
    *left = rest.unwrap_or_default();
    rest.map(drop)
}

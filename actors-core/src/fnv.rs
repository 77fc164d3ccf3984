//! FNV-1a, a hash that is short and never changes, so that it can be stored.

pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub(crate) fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
        self.write_bytes(&[0xff]);
    }

    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// As an integer that a row holds exactly: 53 bits.
    pub(crate) fn finish(&self) -> i64 {
        i64::try_from(self.0 >> 11).unwrap_or_default()
    }
}

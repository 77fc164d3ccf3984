//! Packed values as bytes, for storage.

use super::packed::Packed;

/// The form of the bytes, the first of them. Newer code reads what older code has stored, so a
/// change to what is packed, or how, needs another number here, and this form read as before.
const FORM: u8 = 1;

/// The length of the cells and that of the texts, after the form.
const LENGTHS: usize = 1 + 2 * size_of::<u32>();

impl Packed {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let cells = self.cells.iter().flat_map(|cell| cell.to_le_bytes());
        let lengths = [self.cells.len() * size_of::<f64>(), self.texts.len()];
        let mut bytes = vec![FORM];
        for length in lengths {
            // What is stored is shorter than that.
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            bytes.extend(length.to_le_bytes());
        }
        bytes.extend(cells);
        bytes.extend(self.texts.as_bytes());
        bytes.extend(&self.bytes);
        bytes
    }

    /// The values; none if these are not the bytes of any.
    pub(crate) fn from_bytes(stored: &[u8]) -> Option<Self> {
        let (head, rest) = stored.split_at_checked(LENGTHS)?;
        let (form, lengths) = head.split_first()?;
        let (cells, texts) = lengths.split_at(size_of::<u32>());
        let (cells, rest) = rest.split_at_checked(length(cells)?)?;
        let (texts, bytes) = rest.split_at_checked(length(texts)?)?;
        let cells = cells.chunks_exact(size_of::<f64>());
        let cells = cells.map(|cell| cell.try_into().map(f64::from_le_bytes));
        let packed = Self {
            cells: cells.collect::<Result<_, _>>().ok()?,
            texts: std::str::from_utf8(texts).ok()?.to_owned(),
            bytes: bytes.to_vec(),
        };
        (*form == FORM).then_some(packed)
    }
}

fn length(bytes: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(bytes.try_into().ok()?);
    usize::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::Packer;
    use super::*;

    #[test]
    fn what_is_stored_is_read_back() {
        let mut packer = Packer::default();
        packer.add(&("a\0🦀", f64::NAN, 7_i128)).unwrap();
        packer.add(&Bytes::from("\0\u{1}")).unwrap();
        let packed = packer.finish();
        let bytes = packed.to_bytes();
        let read = Packed::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!((read.texts, read.bytes), (packed.texts, packed.bytes));
        for length in 0..LENGTHS {
            assert!(Packed::from_bytes(&bytes[..length]).is_none(), "{length}");
        }
        assert!(Packed::from_bytes(&[&[FORM + 1], &bytes[1..]].concat()).is_none());
    }
}

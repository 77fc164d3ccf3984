//! The lengths of texts in JavaScript's units, those of UTF-16.

/// The text's length in JavaScript's units.
pub(crate) fn units(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}

/// The lengths of consecutive texts, in bytes instead of JavaScript's units.
pub(crate) struct Lengths<'a> {
    is_ascii: bool,
    rest: std::str::Chars<'a>,
}

impl<'a> Lengths<'a> {
    pub(crate) fn new(texts: &'a str) -> Self {
        Self {
            is_ascii: texts.is_ascii(),
            rest: texts.chars(),
        }
    }

    pub(crate) fn next(&mut self, mut units: usize) -> usize {
        if self.is_ascii {
            return units;
        }
        let before = self.rest.as_str().len();
        while let Some(left) = units.checked_sub(1) {
            let Some(char) = self.rest.next() else { break };
            units = left.saturating_sub(char.len_utf16() - 1);
        }
        before - self.rest.as_str().len()
    }
}

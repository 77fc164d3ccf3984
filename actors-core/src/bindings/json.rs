//! JSON that JavaScript reads and writes again on its way.

use serde::Serialize;

use crate::json;

/// The largest integer up to which a number in JavaScript is exact.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The value as JSON text.
///
/// # Errors
///
/// JavaScript would change it: it has a number that is not exact there, or one that JSON lacks.
pub(crate) fn to_text(value: &impl Serialize) -> Result<String, String> {
    let mut text = Vec::new();
    json::write(&mut text, value)?;
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    if let Some(number) = numbers(&text).find(|number| !is_kept(number)) {
        return Err(format!("JavaScript can't represent {number} exactly"));
    }
    Ok(text)
}

/// The numbers in a JSON text.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let is_in_number = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start =
                rest.find(|first: char| first == '"' || first == '-' || first.is_ascii_digit())?;
            let (is_text, token) = (rest.as_bytes()[start] == b'"', &rest[start..]);
            let length = match is_text {
                true => length_of_text(token),
                false => token.bytes().take_while(|byte| is_in_number(*byte)).count(),
            };
            rest = &token[length..];
            if !is_text {
                return Some(&token[..length]);
            }
        }
    })
}

/// The length of the text in quotes that begins here.
fn length_of_text(token: &str) -> usize {
    let mut is_escaped = false;
    let end = token.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(token.len(), |end| end + 2)
}

fn is_kept(number: &str) -> bool {
    if number.contains(['.', 'e', 'E']) {
        // JavaScript writes it without the sign.
        return number != "-0.0";
    }
    let digits = number.trim_start_matches('-').parse::<u64>();
    digits.is_ok_and(|integer| integer <= MAX_SAFE)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::to_text;

    #[track_caller]
    fn kept(value: impl Serialize, text: &str) {
        assert_eq!(to_text(&value).as_deref(), Ok(text));
    }

    #[track_caller]
    fn refused(value: impl Serialize, number: &str) {
        let error = to_text(&value).unwrap_err();
        assert!(error.contains(number), "{error}");
    }

    #[test]
    fn what_javascript_would_change_is_refused() {
        let largest = 9_007_199_254_740_991_i64;
        kept(
            (largest, -largest, 1.5, 1e300, 0.0),
            "[9007199254740991,-9007199254740991,1.5,1e+300,0.0]",
        );
        kept(
            ["9007199254740992", "a\"9007199254740992\\", "\\\""],
            r#"["9007199254740992","a\"9007199254740992\\","\\\""]"#,
        );
        refused(largest + 1, "9007199254740992");
        refused(("\\", -largest - 1), "-9007199254740992");
        refused([u128::MAX], "340282366920938463463374607431768211455");
        refused([-0.0], "-0.0");
        refused(f64::NAN, "NaN");
    }
}

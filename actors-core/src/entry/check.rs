//! What `entry!` has the compiler check: names that only the compiler knows.

/// Whether it is one of those names.
pub const fn is_one_of(name: &str, names: &[&str]) -> bool {
    let mut index = 0;
    while index < names.len() {
        if is_same(name.as_bytes(), names[index].as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// The parts of a text, with the name between each two.
pub const fn joined<const LENGTH: usize>(parts: &[&str], name: &str) -> [u8; LENGTH] {
    let (mut text, mut at) = ([0; LENGTH], 0);
    let mut index = 0;
    while index < parts.len() {
        if index > 0 {
            at = write(&mut text, at, name.as_bytes());
        }
        at = write(&mut text, at, parts[index].as_bytes());
        index += 1;
    }
    text
}

const fn write(text: &mut [u8], at: usize, part: &[u8]) -> usize {
    let mut index = 0;
    while index < part.len() {
        text[at + index] = part[index];
        index += 1;
    }
    at + part.len()
}

/// How long that is.
pub const fn joined_length(parts: &[&str], name: &str) -> usize {
    let (mut length, mut index) = (name.len() * (parts.len() - 1), 0);
    while index < parts.len() {
        length += parts[index].len();
        index += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_inserted() {
        const PARTS: &[&str] = &["a ", " and ", ""];
        const TEXT: [u8; joined_length(PARTS, "xy")] = joined(PARTS, "xy");
        assert_eq!(TEXT, *b"a xy and xy");
        assert_eq!(joined::<3>(&["one"], "xy"), *b"one");
    }

    #[test]
    fn names_are_compared_whole() {
        assert!(is_one_of("ROOM", &["ROOMS", "ROOM"]));
        assert!(!is_one_of("ROOM", &["ROO", "ROOMS", ""]));
        assert!(!is_one_of("ROOM", &[]));
    }
}

//! The words for a value that does not fit.

use serde::de::Unexpected;

use crate::json::number;

/// What was found, as serde words it. Its own `Display` includes the code of `core` for floats,
/// which is larger than all that decodes a call.
pub(super) fn words(found: Unexpected<'_>) -> String {
    let words = match found {
        Unexpected::Bool(flag) => return format!("boolean `{flag}`"),
        Unexpected::Unsigned(integer) => return format!("integer `{integer}`"),
        Unexpected::Signed(integer) => return format!("integer `{integer}`"),
        Unexpected::Float(float) => return format!("floating point `{}`", number(float)),
        Unexpected::Char(character) => return format!("character `{character}`"),
        Unexpected::Str(text) => return format!("string {text:?}"),
        Unexpected::Bytes(_) => "byte array",
        Unexpected::Unit => "unit value",
        Unexpected::Option => "Option value",
        Unexpected::NewtypeStruct => "newtype struct",
        Unexpected::Seq => "sequence",
        Unexpected::Map => "map",
        Unexpected::Enum => "enum",
        Unexpected::UnitVariant => "unit variant",
        Unexpected::NewtypeVariant => "newtype variant",
        Unexpected::TupleVariant => "tuple variant",
        Unexpected::StructVariant => "struct variant",
        Unexpected::Other(other) => other,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_serde() {
        let all = [
            Unexpected::Bool(true),
            Unexpected::Unsigned(u64::MAX),
            Unexpected::Signed(-7),
            Unexpected::Float(2.5),
            Unexpected::Char('ä'),
            Unexpected::Str("a \"b\"\n"),
            Unexpected::Bytes(b"a"),
            Unexpected::Unit,
            Unexpected::Option,
            Unexpected::NewtypeStruct,
            Unexpected::Seq,
            Unexpected::Map,
            Unexpected::Enum,
            Unexpected::UnitVariant,
            Unexpected::NewtypeVariant,
            Unexpected::TupleVariant,
            Unexpected::StructVariant,
            Unexpected::Other("a Date"),
        ];
        for found in all {
            assert_eq!(words(found), found.to_string());
        }
    }
}

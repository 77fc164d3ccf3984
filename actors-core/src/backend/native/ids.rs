//! The ids of objects: as in workerd, 64 hexadecimal digits, whose second half tells the class.

use crate::env::not_its_id;
use crate::error::Result;
use crate::rpc::placement::Jurisdiction;

/// Which instance of its class an object is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The one with that name in that jurisdiction, or in none.
    Named(String, Option<Jurisdiction>),
    /// The one with that id.
    Id(String),
}

impl Key {
    /// One that no other object has, from a random number.
    pub(super) fn unique(class: &str, random: u64) -> Self {
        Self::Id(id(class, hash(&[b"unique", &random.to_be_bytes()])))
    }

    /// The object with that id.
    ///
    /// # Errors
    ///
    /// Those of workerd, in its words.
    pub(super) fn with_id(class: &str, binding: &str, text: &str) -> Result<Self> {
        let lower = text.to_ascii_lowercase();
        let is_hex = lower.len() == 64 && lower.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_hex {
            let why = "Invalid Durable Object ID: must be 64 hex digits";
            return Err(not_its_id(binding, why));
        }
        let own = u64::from_str_radix(&lower[..16], 16).unwrap_or_default();
        if id(class, own) != lower {
            let why = "Durable Object ID is not valid for this namespace.";
            return Err(not_its_id(binding, why));
        }
        Ok(Self::Id(lower))
    }

    /// The object's id.
    pub(super) fn id(&self, class: &str) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Named(name, jurisdiction) => {
                let place = jurisdiction.map_or("", Jurisdiction::name);
                id(
                    class,
                    hash(&[class.as_bytes(), place.as_bytes(), name.as_bytes()]),
                )
            }
        }
    }

    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name, _) => Some(name),
            Self::Id(_) => None,
        }
    }
}

fn id(class: &str, own: u64) -> String {
    let of_class = hash(&[class.as_bytes(), &own.to_be_bytes()]);
    format!("{own:016x}{own:016x}{of_class:016x}{of_class:016x}")
}

/// FNV-1a.
fn hash(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter().chain([&0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

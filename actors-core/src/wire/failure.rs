//! Why a value can't be sent or read, and where in it.

use std::fmt;

use serde::de::{Expected, Unexpected};

use super::unexpected::words;
use crate::error::{Error, shortened};

/// The error for serde when a value does not fit.
#[derive(Debug)]
pub(crate) struct Failure(Box<Place>);

#[derive(Debug)]
struct Place {
    message: String,
    /// From the innermost part outwards.
    path: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Index(usize),
    Name(String),
}

impl Failure {
    fn new(message: String) -> Self {
        let path = Vec::new();
        Self(Box::new(Place { message, path }))
    }

    /// The same failure, which is that of a part of a list.
    #[cold]
    pub(super) fn in_list(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// The same failure, which is that of a field, or of a variant's content.
    #[cold]
    pub(super) fn in_field(mut self, name: &str) -> Self {
        self.0.path.push(Segment::Name(name.to_owned()));
        self
    }

    /// The error of a handler's caller, with the path within the value.
    pub(crate) fn into_error(self) -> Error {
        let Place { message, path } = *self.0;
        // Where serde buffers a value, a `Date` is such a struct.
        let words = message.replace("type: newtype struct", "type: a Date");
        let error = Error::invalid(shortened(&words));
        match path.is_empty() {
            true => error,
            false => error.at(format_args!("`{}`", shortened(&text_of(&path)))),
        }
    }
}

/// The path as one writes it, `corners[0].x`.
fn text_of(path: &[Segment]) -> String {
    let mut text = String::new();
    for (depth, segment) in path.iter().rev().enumerate() {
        match segment {
            Segment::Index(index) => text += &format!("[{index}]"),
            Segment::Name(name) if depth == 0 => text += name,
            Segment::Name(name) => {
                text.push('.');
                text += name;
            }
        }
    }
    text
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = words(found);
        Self::new(format!("invalid type: {found}, expected {expected}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = words(found);
        Self::new(format!("invalid value: {found}, expected {expected}"))
    }
}

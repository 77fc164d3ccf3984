//! Lists that are bound as one value: `IN {ids}`.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::sql::{Json, ToSql, Value};
use crate::stand_in::If;
use crate::time::Timestamp;

/// A type whose values can be the elements of a list, as in `sql!(… IN {ids} …)`: one
/// that is stored as an integer or as text.
///
/// Implement it for a type for which you have written [`ToSql`] by hand; types that derive
/// [`SqlValue`](trait@crate::SqlValue) have it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an element of a list that is bound as one value",
    label = "neither stored as an integer nor as text",
    note = "list values of other types one by one, `IN ({{a}}, {{b}})`; of `Option`s, keep those \
            that are `Some`"
)]
pub trait InList: ToSql {}

/// The built-in types and those that derive `SqlValue`, and whether they are an [`InList`].
#[doc(hidden)]
pub trait MayBeInList {
    type Is;
}

#[diagnostic::do_not_recommend]
impl<T: MayBeInList<Is = If<true>> + ToSql> InList for T {}

macro_rules! elements {
    ($($type:ty)*) => {$(
        impl MayBeInList for $type {
            type Is = If<true>;
        }
    )*};
}

elements!(bool i8 i16 i32 i64 isize u8 u16 u32 u64 usize Timestamp str String);

impl<T: MayBeInList + ?Sized> MayBeInList for &T {
    type Is = T::Is;
}

impl<T: serde::Serialize> MayBeInList for Json<T> {
    type Is = If<true>;
}

/// Values that are bound as one: a `Vec`, a slice, an array or a set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of values",
    label = "expected a `Vec`, a slice, an array or a set",
    note = "compare one value with `=`, or list some in parentheses: `IN ({{a}}, {{b}})`"
)]
pub trait List {
    /// The type of the elements.
    type Item: ToSql;

    /// Calls `body` with each element.
    #[doc(hidden)]
    fn visit(&self, body: &mut dyn FnMut(Value<'_>) -> Result<()>) -> Result<()>;
}

macro_rules! lists {
    ($([$($generics:tt)*] $list:ty;)*) => {$(
        impl<T: ToSql, $($generics)*> List for $list {
            type Item = T;

            fn visit(&self, body: &mut dyn FnMut(Value<'_>) -> Result<()>) -> Result<()> {
                self.iter().try_for_each(|item| body(item.to_sql()?))
            }
        }
    )*};
}

lists! {
    [] [T];
    [] Vec<T>;
    [const N: usize] [T; N];
    [] BTreeSet<T>;
    [S] HashSet<T, S>;
}

impl<L: List + ?Sized> List for &L {
    type Item = L::Item;

    fn visit(&self, body: &mut dyn FnMut(Value<'_>) -> Result<()>) -> Result<()> {
        (**self).visit(body)
    }
}

/// A list as it is bound, as a JSON text.
#[doc(hidden)]
pub struct Listed<'a, L: ?Sized>(pub(crate) &'a L);

impl<L: List + ?Sized> ToSql for Listed<'_, L> {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        let mut json = String::from("[");
        self.0.visit(&mut |value| {
            if json.len() > 1 {
                json.push(',');
            }
            element(&mut json, &value)
        })?;
        json.push(']');
        Ok(Value::Text(json.into()))
    }
}

fn element(json: &mut String, value: &Value<'_>) -> Result<()> {
    match value {
        Value::Integer(number) => write!(json, "{number}").map_err(|_| unlisted()),
        Value::Text(text) => {
            json.push_str(&serde_json::to_string(text)?);
            Ok(())
        }
        _ => Err(unlisted()),
    }
}

/// A type that claims to be a list element, but is not stored as one.
fn unlisted() -> Error {
    Error::sql("an element of a list is neither stored as an integer nor as text")
}

/// A list that is only known to be bindable.
#[doc(hidden)]
pub fn listed<L: List<Item: InList> + ?Sized>(list: &L) -> Listed<'_, L> {
    Listed(list)
}

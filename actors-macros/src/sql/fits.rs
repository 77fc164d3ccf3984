//! Checks that a value fits the column that it is used with.
//!
//! Only rustc knows the types of both, so a trait asks it. Each use gets a trait of its own,
//! since only then can its `on_unimplemented` name the capture and the column, show the place,
//! and suggest what to write; `do_not_recommend` keeps its one implementation out of the error.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::captures::Capture;
use super::mistakes::Misfit;
use crate::reflection::columns::{Column, Table};

/// How a value is used with a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    Written,
    Compared,
    /// Each element of a list is compared.
    Listed,
}

/// The function that checks a captured value against a column, and binds it. `shown` is
/// the statement with carets under the capture.
pub(super) fn bind(
    krate: &TokenStream,
    meeting: Meeting,
    capture: &Capture,
    (table, column): (&Table, &Column),
    shown: &str,
    span: Span,
) -> TokenStream {
    let (name, captured) = (&*name_of(table, column), &*escaped(&capture.shown()));
    let (message, label) = match meeting {
        Meeting::Written => (Misfit::Written(name), Misfit::OtherType(captured)),
        _ => (Misfit::Compared(name), Misfit::OtherKind(captured)),
    };
    let (message, label) = (message.to_string(), label.to_string());
    let notes = [
        Some(shown.trim_end().to_owned()),
        hint(meeting, capture, column),
    ];
    let notes = notes.iter().flatten().map(|note| escaped(note));
    let rule = match meeting {
        Meeting::Written => same_type(krate, span),
        Meeting::Compared | Meeting::Listed => same_kind(krate, span),
    };
    let function = match meeting {
        Meeting::Written | Meeting::Compared => value(krate, span),
        Meeting::Listed => list(krate, span),
    };
    quote_spanned! {span=> {
        #[diagnostic::on_unimplemented(message = #message, label = #label, #(note = #notes),*)]
        trait Fits<T> {}

        #[diagnostic::do_not_recommend]
        #rule
        #function
        fits
    }}
}

fn same_type(krate: &TokenStream, span: Span) -> TokenStream {
    quote_spanned! {span=>
        #[automatically_derived]
        impl<T, V: #krate::sql::AsSql<T> + ?Sized> Fits<T> for V {}
    }
}

fn same_kind(krate: &TokenStream, span: Span) -> TokenStream {
    quote_spanned! {span=>
        #[automatically_derived]
        impl<T: #krate::sql::ToSql, V: #krate::sql::ToSql<Kind = T::Kind> + ?Sized> Fits<T> for V {}
    }
}

fn value(krate: &TokenStream, span: Span) -> TokenStream {
    quote_spanned! {span=>
        fn fits<T, V: #krate::sql::ToSql + Fits<T>>(
            _: #krate::__private::Column<T>,
            value: &V,
        ) -> &dyn #krate::__private::Bind {
            value
        }
    }
}

fn list(krate: &TokenStream, span: Span) -> TokenStream {
    quote_spanned! {span=>
        fn fits<T, L: #krate::sql::List<Item: #krate::sql::InList + Fits<T>> + ?Sized>(
            _: #krate::__private::Column<T>,
            list: &L,
        ) -> #krate::__private::Listed<'_, L> {
            #krate::__private::listed(list)
        }
    }
}

/// What to write if the column's type needs a conversion.
fn hint(meeting: Meeting, capture: &Capture, column: &Column) -> Option<String> {
    let (name, value) = (&*capture.name, capture.source());
    let hint = match meeting {
        Meeting::Listed => return None,
        // Its content is wrong, which the compiler reports.
        _ if column.is_json && value.starts_with("Json(") => return None,
        _ if column.is_json => Misfit::Json { name, value },
        _ if column.is_time => Misfit::Time { name, value },
        _ => return None,
    };
    Some(hint.to_string())
}

/// Checks that a column can be read into a field of `row`, as a function of both.
pub(super) fn read(
    krate: &TokenStream,
    (table, column): (&Table, &Column),
    field: &str,
    span: Span,
) -> TokenStream {
    let (message, label) = unreadable((table, column), field);
    quote_spanned! {span=> {
        #[diagnostic::on_unimplemented(message = #message, label = #label)]
        trait Reads<T> {}

        #[diagnostic::do_not_recommend]
        #[automatically_derived]
        impl<T: #krate::sql::ToSql, U: #krate::sql::ToSql<Kind = T::Kind>> Reads<T> for U {}
        fn reads<T, U: Reads<T>>(_: #krate::__private::Column<T>, _: #krate::__private::Column<U>) {}
        reads
    }}
}

/// The same for a type that may not be a column type at all, which is an error of its own: then
/// `If` is that of `false`, which requires nothing of the type.
pub(super) fn read_if(
    krate: &TokenStream,
    (table, column): (&Table, &Column),
    ty: &syn::Type,
    span: Span,
) -> TokenStream {
    let (message, label) = unreadable((table, column), "");
    quote_spanned! {span=> {
        #[diagnostic::on_unimplemented(message = #message, label = #label)]
        trait Reads<T> {}

        #[diagnostic::do_not_recommend]
        #[automatically_derived]
        impl<T: #krate::sql::ToSql, U: #krate::sql::ToSql<Kind = T::Kind>> Reads<T> for U {}
        trait ReadsIf<T, U> {}

        #[automatically_derived]
        impl<T, U: Reads<T>> ReadsIf<T, U> for #krate::__private::If<true> {}
        #[automatically_derived]
        impl<T, U> ReadsIf<T, U> for #krate::__private::If<false> {}
        fn reads<const IS: bool, T, U>(_: #krate::__private::Column<T>)
        where
            #krate::__private::If<IS>: ReadsIf<T, U>,
        {
        }
        reads::<{ #krate::__private::Probe::<#ty>::COLUMN }, _, #ty>
    }}
}

fn unreadable((table, column): (&Table, &Column), field: &str) -> (String, String) {
    let (column, field) = (name_of(table, column), escaped(field));
    let message = match &*field {
        "" => Misfit::Read(&column),
        field => Misfit::ReadInto {
            column: &column,
            field,
        },
    };
    (message.to_string(), Misfit::OtherFieldKind.to_string())
}

fn name_of(table: &Table, column: &Column) -> String {
    format!("{}.{}", table.name, column.name)
}

/// The text, escaped for an attribute.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

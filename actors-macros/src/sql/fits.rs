//! What a value has to be where it meets a column. Each question is a trait of its own, so
//! that an error names the capture and the column, shows the place, and says what to write.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::captures::Capture;
use crate::reflection::columns::{Column, Table};

/// How a value meets a column.
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
    let place = format!("`{}.{}`", table.name, column.name);
    let (verb, differs) = match meeting {
        Meeting::Written => ("written to", "type"),
        Meeting::Compared | Meeting::Listed => ("compared with", "kind"),
    };
    let message = format!("`{{Self}}` can't be {verb} {place}, which is `{{T}}`");
    let label = format!(
        "`{}` and its column differ in {differs}",
        escaped(&capture.shown())
    );
    let notes = [
        Some(shown.trim_end().to_owned()),
        hint(meeting, capture, column),
    ];
    let notes = notes.iter().flatten().map(|note| escaped(note));
    let (rule, function) = match meeting {
        Meeting::Written => (
            quote_spanned! {span=>
                #[automatically_derived]
                impl<T, V: #krate::sql::AsSql<T> + ?Sized> Fits<T> for V {}
            },
            value(krate, span),
        ),
        Meeting::Compared => (same_kind(krate, span), value(krate, span)),
        Meeting::Listed => (same_kind(krate, span), list(krate, span)),
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

/// What to write where the column's type is one that a plain value is not.
fn hint(meeting: Meeting, capture: &Capture, column: &Column) -> Option<String> {
    let (name, value) = (&capture.name, capture.source());
    match meeting {
        Meeting::Listed => None,
        // What is in it is wrong, and the compiler says so.
        _ if column.is_json && value.starts_with("Json(") => None,
        _ if column.is_json => Some(format!(
            "the column is JSON, and takes `Json(..)`: write `{{{name} = Json({value})}}`"
        )),
        _ if column.is_time => Some(format!(
            "milliseconds become a time by `Timestamp::from_millis`: write \
             `{{{name} = Timestamp::from_millis({value})}}`"
        )),
        _ => None,
    }
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

/// The same of a type that may be none for columns at all, which is another error.
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
    let column = format!("`{}.{}`", table.name, column.name);
    let into = match field {
        "" => String::new(),
        field => format!("`{}`, which is ", escaped(field)),
    };
    (
        format!("{column}, which is `{{T}}`, can't be read as {into}`{{Self}}`"),
        "a column and its field differ in kind".to_owned(),
    )
}

/// The text as rustc wants it in an attribute.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

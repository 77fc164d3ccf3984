//! The values that are bound to a statement: which columns each meets there, and the code that
//! binds it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::captures::{self, Capture, Captures};
use super::fits::{self, Meeting};
use super::scopes::ColumnRef;
use super::statement::Statement;
use super::targets::Target;
use crate::reflection::callback::column_function;
use crate::reflection::columns::Table;
use crate::sqlite::shown::shown;

/// The check that a captured value passes before it is bound.
#[derive(Clone)]
pub(super) struct Met {
    /// The column that it is used with, and how.
    pub(super) column: Option<(ColumnRef, Meeting)>,
    function: TokenStream,
    /// The column as the function's first argument.
    argument: Option<TokenStream>,
}

/// The checks that each captured value passes before it is bound.
pub(super) fn all_met(
    krate: &TokenStream,
    captures: &Captures,
    statement: &Statement<'_>,
    tables: &[Table],
    span: Span,
) -> Vec<Met> {
    let text = statement.text;
    let values = captures.values.iter().enumerate();
    let met = values.map(|(value, capture)| {
        let (token, target) = target_of(value, captures, statement);
        let place = token.map(|token| text.tokens[token].range.clone());
        let shown = shown(text.source, place.as_ref());
        met(krate, capture, target, tables, &shown, span)
    });
    met.collect()
}

/// What the value is used for (written, if that applies to any of its places), and that place.
fn target_of<'a>(
    value: usize,
    captures: &Captures,
    statement: &'a Statement<'_>,
) -> (Option<usize>, Option<&'a Target>) {
    let tokens = captures.tokens_of(value);
    let targets: Vec<_> = tokens
        .filter_map(|token| Some((token, statement.targets.get(&token)?)))
        .collect();
    let is_written = |(_, target): &&(usize, &Target)| matches!(target, Target::Written(_));
    let found = targets.iter().find(is_written).or(targets.first()).copied();
    found.unzip()
}

/// The function that checks a captured value against its column.
fn met(
    krate: &TokenStream,
    capture: &Capture,
    target: Option<&Target>,
    tables: &[Table],
    shown: &str,
    span: Span,
) -> Met {
    let (meeting, column) = match (target, capture.is_list) {
        (Some(Target::Written(to)), _) => (Meeting::Written, to),
        (Some(Target::Compared(with)), false) => (Meeting::Compared, with),
        (Some(Target::Compared(with)), true) => (Meeting::Listed, with),
        (None, is_list) => {
            let function = match is_list {
                true => quote_spanned!(span=> #krate::__private::listed),
                false => quote_spanned!(span=> #krate::__private::bound),
            };
            return Met {
                column: None,
                function,
                argument: None,
            };
        }
    };
    let table = &tables[column.table];
    let declared = (table, &table.columns[column.column]);
    let argument = column_of(tables, column.table, column.column, span);
    Met {
        column: Some((*column, meeting)),
        function: fits::bind(krate, meeting, capture, declared, shown, span),
        argument: Some(quote_spanned!(span=> #argument,)),
    }
}

/// The captured value as it is bound.
pub(super) fn bound(capture: &Capture, met: &Met, span: Span) -> TokenStream {
    let value = &capture.value;
    let Met {
        function, argument, ..
    } = met;
    match capture.is_list {
        true => quote_spanned!(span=> &#function(#argument &#value)),
        false => quote_spanned!(span=> #function(#argument &#value)),
    }
}

/// The column of a table, as a value that has its type.
pub(super) fn column_of(tables: &[Table], table: usize, column: usize, span: Span) -> TokenStream {
    let path = &tables[table].path;
    let path = captures::respan(quote!(#path), span);
    let function = column_function(column, span);
    quote_spanned!(span=> #path::#function())
}

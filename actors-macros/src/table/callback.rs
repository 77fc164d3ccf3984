//! How a statement gets to know a struct that is declared elsewhere: a macro of the
//! struct's name, which comes into scope with it, gives the columns to whoever asks.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Type};

use crate::sql::Columns;

/// A field's Rust type, as a function that `sql!` calls for it: the type may be private
/// to the struct's module, and a function's result needs no name.
pub(crate) struct FieldType<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) ty: &'a Type,
}

/// The name of the function that tells the type of the column at that position.
pub(crate) fn column_function(index: usize, span: Span) -> Ident {
    format_ident!("__column_{index}", span = span)
}

/// The macro of the struct's name and the functions for its columns' types.
pub(crate) fn callback(ident: &Ident, columns: &Columns, fields: &[FieldType<'_>]) -> TokenStream {
    let krate = &columns.krate;
    let macro_name = format_ident!("__columns_of_{}", ident.unraw());
    // Errors call a column by this, which must not be another's name as well.
    let owner = match &columns.table {
        Some(name) => name.replace(|c: char| !c.is_alphanumeric(), "_"),
        None => ident.unraw().to_string(),
    };
    let called = |name: &Ident| format_ident!("{}_of_{owner}", name.unraw());
    let names = fields.iter().map(|field| called(field.name));
    let functions = fields.iter().enumerate().map(|(index, field)| {
        let function = column_function(index, Span::call_site());
        let (name, ty) = (called(field.name), field.ty);
        quote! {
            #[doc(hidden)]
            pub(crate) const fn #function() -> #krate::__private::Column<column::#name, #ty> {
                #krate::__private::Column::new()
            }
        }
    });
    quote! {
        #[doc(hidden)]
        #[allow(unused_macros)]
        macro_rules! #macro_name {
            ($callback:ident $($state:tt)*) => {
                #krate::__private::$callback! { $($state)* { #columns } }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        pub(crate) use #macro_name as #ident;

        #[allow(dead_code, non_camel_case_types, private_interfaces)]
        const _: () = {
            mod column {
                #(pub(crate) enum #names {})*
            }

            impl #ident {
                #(#functions)*
            }
        };
    }
}

//! How a statement gets to know a struct that is declared elsewhere.
//!
//! A macro sees the tokens that it is given, and no other item. So the struct has a macro of its
//! own name beside it: types and macros are names of two kinds, and one `use` brings both into
//! scope. `sql!(Table => ..)` expands to `Table! { sql_next .. }`, and that to `sql_next! { .. }`
//! with the columns behind all that it was given. The macro that asks goes on from there, and
//! may ask another struct.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Type};

use super::columns::Columns;

/// The name of the function that tells the type of the column at that position.
pub(crate) fn column_function(index: usize, span: Span) -> Ident {
    format_ident!("__column_{index}", span = span)
}

/// The macro of the struct's name, and a function for each field's Rust type that `sql!`
/// calls: the type may be private to the struct's module, and a function's result needs no
/// name.
pub(crate) fn callback(ident: &Ident, columns: &Columns, fields: &[&Type]) -> TokenStream {
    let krate = &columns.krate;
    let macro_name = format_ident!("__columns_of_{}", ident.unraw());
    let functions = fields.iter().enumerate().map(|(index, ty)| {
        let function = column_function(index, Span::call_site());
        quote! {
            #[doc(hidden)]
            pub(crate) const fn #function() -> #krate::__private::Column<#ty> {
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

        #[allow(dead_code, private_interfaces)]
        impl #ident {
            #(#functions)*
        }
    }
}

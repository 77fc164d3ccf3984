//! How a statement learns about a struct that is declared elsewhere.
//!
//! A macro sees the tokens that it is given, and no other item. So next to the struct there is a
//! macro with the same name: types and macros have separate namespaces, and one `use` imports
//! both. `sql!(Table => ..)` expands to `Table! { sql_next .. }`, and that to `sql_next! { .. }`
//! with the columns appended to everything that it was given. The asking macro continues from
//! there, and may ask another struct.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Type};

use super::columns::Columns;

/// The name of the function that reveals the type of the column at that position.
pub(crate) fn column_function(index: usize, span: Span) -> Ident {
    format_ident!("__column_{index}", span = span)
}

/// The macro with the struct's name, and a function for each field's Rust type, which
/// `sql!` calls: the type may be private to the struct's module, and the type of a
/// function's result need not be named.
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

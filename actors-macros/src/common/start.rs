//! What a Worker does when its module starts.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Path;

/// Reads the struct of bindings, in a function of that name.
pub(crate) fn check_bindings(name: &Ident, bindings: &Path, krate: &TokenStream) -> TokenStream {
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use #krate::__private::wasm_bindgen::{self, prelude::wasm_bindgen};

            #[allow(non_snake_case)]
            #[wasm_bindgen(start, private, wasm_bindgen = #krate::__private::wasm_bindgen)]
            pub fn #name() {
                #krate::__private::check_bindings::<#bindings>();
            }
        };
    }
}

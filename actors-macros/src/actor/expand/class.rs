//! The JavaScript class that the runtime instantiates.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Exports the class, and declares it to the runtime when the module starts.
pub(super) fn expand(actor: &Ident, krate: &TokenStream) -> TokenStream {
    let class = format_ident!("{actor}Class");
    let start = format_ident!("declare_{actor}");
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use #krate::__private::wasm_bindgen::{self, JsValue, prelude::wasm_bindgen};

            #[wasm_bindgen(js_name = #actor, wasm_bindgen = #krate::__private::wasm_bindgen)]
            pub struct #class(#krate::__private::Class);

            #[wasm_bindgen(js_class = #actor, wasm_bindgen = #krate::__private::wasm_bindgen)]
            impl #class {
                #[wasm_bindgen(constructor)]
                pub fn new(state: JsValue, env: JsValue) -> Self {
                    Self(#krate::__private::Class::new::<#actor>(state, env))
                }

                pub fn dispatch(
                    &self,
                    event: i32,
                    cells: ::core::option::Option<::std::vec::Vec<f64>>,
                    texts: ::core::option::Option<::std::string::String>,
                    bytes: ::core::option::Option<::std::vec::Vec<u8>>,
                    about: JsValue,
                ) -> ::core::result::Result<JsValue, JsValue> {
                    self.0.dispatch(event, cells, texts, bytes, about)
                }
            }

            #[allow(non_snake_case)]
            #[wasm_bindgen(start, private, wasm_bindgen = #krate::__private::wasm_bindgen)]
            pub fn #start() {
                let instance = #class(#krate::__private::Class::empty());
                #krate::__private::declare_class::<#actor>(&JsValue::from(instance));
            }
        };
    }
}

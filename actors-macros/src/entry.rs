//! `entry!`: which instance of which actor a request is for.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{ExprClosure, LitStr, Path, Token};

use crate::mistakes::{Mistake, Mistakes};

/// The routes.
pub(crate) struct Entry(Punctuated<Route, Token![,]>);

/// `"/path/{name}" => Actor`, with `, |request| …` behind it to choose the
/// instance, or without the path to take all of them.
struct Route {
    path: Option<LitStr>,
    actor: Path,
    choose: Option<ExprClosure>,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Punctuated::parse_terminated(input).map(Self)
    }
}

impl Parse for Route {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path: Option<LitStr> = match input.peek(LitStr) {
            true => Some(input.parse()?),
            false => None,
        };
        if path.is_some() {
            input.parse::<Token![=>]>()?;
        }
        let actor = input.parse()?;
        let chooses = input.peek(Token![,]) && (input.peek2(Token![|]) || input.peek2(Token![||]));
        let choose = match chooses {
            true => {
                input.parse::<Token![,]>()?;
                Some(input.parse()?)
            }
            false => None,
        };
        Ok(Self {
            path,
            actor,
            choose,
        })
    }
}

pub(crate) fn expand(Entry(routes): Entry) -> TokenStream {
    let mut mistakes = Mistakes::default();
    if routes.is_empty() {
        mistakes.add_error(syn::Error::new(
            proc_macro2::Span::call_site(),
            Mistake::EntryEmpty,
        ));
    }
    let mut router = matchit::Router::new();
    for route in &routes {
        route.check(&mut router, &mut mistakes);
    }
    let routes = routes.iter().map(Route::expand);
    mistakes.and(quote! {
        const _: () = {
            const ROUTES: &[::actors_core::__private::Route] = &[#(#routes),*];

            #[cfg(target_arch = "wasm32")]
            use ::actors_core::__private::{wasm_bindgen::{self, JsValue, prelude::wasm_bindgen}, web_sys};

            #[cfg(target_arch = "wasm32")]
            #[wasm_bindgen(wasm_bindgen = ::actors_core::__private::wasm_bindgen)]
            pub fn fetch(
                request: web_sys::Request,
                env: JsValue,
                _ctx: JsValue,
            ) -> Result<JsValue, JsValue> {
                ::actors_core::__private::fetch(ROUTES, &request, env)
            }
        };
    })
}

impl Route {
    fn check(&self, router: &mut matchit::Router<()>, mistakes: &mut Mistakes) {
        let Some(path) = &self.path else { return };
        let text = path.value();
        if let Err(error) = router.insert(&text, ()) {
            mistakes.add(
                path,
                Mistake::RouteForm {
                    path: &text,
                    why: &error.to_string(),
                },
            );
        } else if self.choose.is_none() && !text.contains("{name}") && !text.contains("{*name}") {
            mistakes.add(path, Mistake::RouteWithoutName);
        }
    }

    fn expand(&self) -> TokenStream {
        let Self {
            path,
            actor,
            choose,
        } = self;
        let name = match (path, choose) {
            (_, Some(choose)) => quote!(Chosen(#choose)),
            (Some(_), None) => quote!(InPath),
            (None, None) => quote!(Fixed("default")),
        };
        let path = match path {
            Some(path) => quote!(::core::option::Option::Some(#path)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            ::actors_core::__private::Route {
                path: #path,
                binding: <#actor as ::actors_core::State>::BINDING,
                name: ::actors_core::__private::Name::#name,
            }
        }
    }
}

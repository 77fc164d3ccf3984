//! `entry!`: routes requests to instances of actors.

mod mistakes;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{ExprClosure, LitStr, Path, Token};

use self::mistakes::{Mistake, PathFault};
use crate::common::mistakes::Mistakes;

/// The routes.
pub(crate) struct Entry(Punctuated<Route, Token![,]>);

/// `"/path/{name}" => Actor`, optionally followed by `, |request| …` to choose the
/// instance, or without the path to take all requests.
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
        if let Some(path) = &path {
            let arrow = input.parse::<Token![=>]>();
            arrow.map_err(|_| syn::Error::new(path.span(), Mistake::WithoutActor))?;
        }
        let actor: Path = input.parse()?;
        if path.is_none() && is_function(&actor) {
            return Err(syn::Error::new(actor.span(), Mistake::Function));
        }
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
    Mistakes::expand(|mistakes| {
        check(&routes, mistakes);
        handler(&routes)
    })
}

fn check(routes: &Punctuated<Route, Token![,]>, mistakes: &mut Mistakes) {
    if routes.is_empty() {
        mistakes.add_at(Span::call_site(), Mistake::Empty);
    }
    let mut router = matchit::Router::new();
    for route in routes {
        route.check(&mut router, mistakes);
    }
    let mut fallbacks = routes.iter().filter(|route| route.path.is_none());
    if let Some(unreached) = fallbacks.nth(1) {
        mistakes.add(&unreached.actor, Mistake::Unreached);
    }
}

/// The handler of requests.
fn handler(routes: &Punctuated<Route, Token![,]>) -> TokenStream {
    let routes = routes.iter().map(Route::expand);
    quote! {
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
            ) -> ::core::result::Result<JsValue, JsValue> {
                ::actors_core::__private::fetch(ROUTES, &request, env)
            }
        };
    }
}

impl Route {
    fn check(&self, router: &mut matchit::Router<()>, mistakes: &mut Mistakes) {
        let Some(path) = &self.path else { return };
        let text = path.value();
        if !text.starts_with('/') {
            return mistakes.add(path, Mistake::Slash);
        }
        if text.contains("/:") {
            return mistakes.add(path, Mistake::Colon);
        }
        if let Err(error) = router.insert(&text, ()) {
            let why = &error.into();
            return mistakes.add(path, Mistake::Form { path: &text, why });
        }
        let parameters = parameters(&text);
        if self.choose.is_some() || parameters.contains(&"name") {
            return;
        }
        mistakes.add(
            path,
            match parameters.first() {
                Some(parameter) => Mistake::OtherName(parameter),
                None => Mistake::WithoutName,
            },
        );
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
            ::actors_core::__private::Route::to::<#actor>(
                #path,
                ::actors_core::__private::Name::#name,
            )
        }
    }
}

/// Whether the path looks like a function's and not like an actor's.
fn is_function(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| {
        let name = last.ident.unraw().to_string();
        name.starts_with(|first: char| first.is_lowercase())
    })
}

/// What is in braces in a path.
fn parameters(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
        .map(|parameter| parameter.trim_start_matches('*'))
        .collect()
}

impl From<matchit::InsertError> for PathFault {
    fn from(error: matchit::InsertError) -> Self {
        match error {
            matchit::InsertError::Conflict { with } => Self::Conflict(with),
            matchit::InsertError::InvalidCatchAll => Self::CatchAll,
            matchit::InsertError::InvalidParam => Self::Parameter,
            matchit::InsertError::InvalidParamSegment => Self::Segment,
            other => Self::Other(other.to_string()),
        }
    }
}

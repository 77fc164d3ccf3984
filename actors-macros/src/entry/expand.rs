//! What `entry!` generates: the type of the Worker, and what it exports.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, LitStr};

use super::config::bound;
use super::parse::{Also, Entry, Front};
use super::route::Route;
use crate::common::start;

/// The Worker, with what is checked about it.
pub(super) fn worker(entry: &Entry, checks: &TokenStream) -> TokenStream {
    let routes = entry.routes.iter().map(Route::expand);
    let also = entry.also.iter().filter_map(|also| match also {
        Also::Actor(actor) => Some(bound(actor)),
        Also::Other(_) => None,
    });
    let front = front(&entry.front);
    let scheduled = optional(entry.scheduled.as_ref().map(|handler| {
        let call = quote_spanned!(handler.span()=> (#handler)(event, &env).await);
        quote!(|event, env| ::std::boxed::Box::pin(async move {
            let done: ::actors_core::Result<()> = #call;
            done
        }))
    }));
    let queues = entry.queues.iter().map(queue);
    let bindings = optional(entry.bindings.as_ref().map(|bindings| {
        quote_spanned!(bindings.span()=> ::actors_core::__private::any_bindings::<#bindings>)
    }));
    let exports = exports(entry);
    quote! {
        /// The Worker in front of the actors.
        #[allow(dead_code, unreachable_pub)]
        pub struct Worker;

        const _: () = {
            const ROUTES: &[::actors_core::__private::Route] = &[#(#routes),*];
            #(const _: &str = #also;)*

            #[automatically_derived]
            impl ::actors_core::Entry for Worker {
                const FRONT: &'static ::actors_core::__private::Front = &#front;
                const SCHEDULED: ::core::option::Option<::actors_core::__private::OnSchedule> =
                    #scheduled;
                const BINDINGS: ::core::option::Option<::actors_core::__private::ReadBindings> =
                    #bindings;
                const QUEUES: &'static [::actors_core::__private::Consumer] = &[#(#queues),*];
            }
            #exports
            #checks
        };
    }
}

fn optional(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn front(front: &Front) -> TokenStream {
    let before = optional(front.before.as_ref().map(|handler| {
        let call = quote_spanned!(handler.span()=> (#handler)(request, &env).await);
        quote!(|request, env| ::std::boxed::Box::pin(async move {
            let next: ::actors_core::Result<
                ::core::ops::ControlFlow<::actors_core::Response, ::actors_core::Request>,
            > = #call;
            next
        }))
    }));
    let fallback = optional(front.fallback.as_ref().map(|fallback| {
        quote_spanned! {fallback.span()=>
            |request, env| ::actors_core::__private::Fallback::respond(#fallback, request, env)
        }
    }));
    let assets = optional(front.assets.as_ref().map(|binding| quote!(#binding)));
    quote! {
        ::actors_core::__private::Front {
            routes: ROUTES,
            before: #before,
            fallback: #fallback,
            assets: #assets,
        }
    }
}

fn queue((name, handler): &(Option<LitStr>, Expr)) -> TokenStream {
    let name = optional(name.as_ref().map(|name| quote!(#name)));
    let call = quote_spanned! {handler.span()=>
        (#handler)(::actors_core::Batch::read(batch), &env).await
    };
    quote! {
        ::actors_core::__private::Consumer {
            queue: #name,
            run: |batch, env| ::std::boxed::Box::pin(async move {
                let done: ::actors_core::Result<()> = #call;
                done
            }),
        }
    }
}

/// The handlers of the Worker's events, those that it has.
fn exports(entry: &Entry) -> TokenStream {
    let fetch = entry.has_fetch().then(|| match entry.front.is_asked() {
        false => export(
            &quote!(fetch),
            &quote!(web_sys::Request),
            &quote! {
                ::actors_core::__private::fetch(ROUTES, &event, env)
            },
        ),
        true => export(
            &quote!(fetch),
            &quote!(web_sys::Request),
            &quote! {
                ::actors_core::__private::front(<Worker as ::actors_core::Entry>::FRONT, event, env)
            },
        ),
    });
    let scheduled = entry.scheduled.as_ref().map(|_| {
        export(
            &quote!(scheduled),
            &quote!(JsValue),
            &quote! {
                match <Worker as ::actors_core::Entry>::SCHEDULED {
                    ::core::option::Option::Some(run) => {
                        ::actors_core::__private::scheduled(run, event, env)
                    }
                    ::core::option::Option::None => ::core::result::Result::Ok(event),
                }
            },
        )
    });
    let queue = (!entry.queues.is_empty()).then(|| {
        export(&quote!(queue), &quote!(JsValue), &quote! {
            ::actors_core::__private::queue(<Worker as ::actors_core::Entry>::QUEUES, event, env)
        })
    });
    let start = entry.bindings.as_ref().map(|bindings| {
        start::check_bindings(
            &format_ident!("check_bindings"),
            bindings,
            &quote!(::actors_core),
        )
    });
    quote! {
        #[cfg(target_arch = "wasm32")]
        use ::actors_core::__private::{wasm_bindgen::{self, JsValue, prelude::wasm_bindgen}, web_sys};
        #fetch
        #scheduled
        #queue
        #start
    }
}

fn export(name: &TokenStream, event: &TokenStream, body: &TokenStream) -> TokenStream {
    quote! {
        #[cfg(target_arch = "wasm32")]
        #[wasm_bindgen(wasm_bindgen = ::actors_core::__private::wasm_bindgen)]
        pub fn #name(
            event: #event,
            env: JsValue,
            _ctx: JsValue,
        ) -> ::core::result::Result<JsValue, JsValue> {
            #body
        }
    }
}

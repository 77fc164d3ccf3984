//! An `#[alarm]` handler, and the method that schedules it.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::actor::alarm::{Alarm, Recurs, Retry};
use crate::actor::method::Method;
use crate::actor::span::millis;
use crate::common::facts::Facts;

impl Alarm {
    /// The handler's entry in `Handlers`.
    pub(super) fn handler(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (method, krate) = (&self.method, facts.krate);
        let conditions = &method.conditions;
        let name = method.plain_name();
        let declared = self.declared(krate);
        let retry = self.retry.expand(krate);
        let takes_ctx = method.takes_ctx;
        let run = self.run(actor, facts);
        quote! {
            #(#conditions)*
            #krate::__private::AlarmHandler {
                name: #name,
                declared: #declared,
                retry: #retry,
                takes_ctx: #takes_ctx,
                at_most: ::core::option::Option::None,
                run: #krate::__private::RunAlarm::#run,
            }
        }
    }

    /// The `RunAlarm` of the handler.
    fn run(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (method, krate) = (&self.method, facts.krate);
        let types = method.carried_types(facts);
        let values = method.values();
        let outcome = method.carried_outcome(facts);
        let arguments = quote!((#(#values,)*): (#(#types,)*));
        if method.is_async() {
            let handler = quote!(async |#arguments| { #outcome });
            let turn = method.turn(actor, krate, &quote!(due.run_async(ctx, #handler).await));
            return quote!(Async(|object, due| #turn));
        }
        let (kind, run, reference) = match method.is_exclusive {
            true => (quote!(Exclusive), quote!(exclusive), quote!(&mut)),
            false => (quote!(Shared), quote!(shared), quote!(&)),
        };
        quote! {
            #kind(|actor, due, payload| {
                due.#run(actor, payload, |
                    actor: #reference #actor,
                    ctx: &#krate::Ctx<#actor>,
                    #arguments
                | { #outcome })
            })
        }
    }

    fn declared(&self, krate: &TokenStream) -> TokenStream {
        let declared = match &self.recurs {
            None => return quote!(::core::option::Option::None),
            Some(Recurs::Every(every)) => {
                let millis = millis(*every);
                quote!(Every(#millis))
            }
            Some(Recurs::Cron(expression, None)) => {
                quote!(Cron(#expression, ::core::option::Option::None))
            }
            Some(Recurs::Cron(expression, Some(zone))) => {
                quote!(Cron(#expression, ::core::option::Option::Some(#zone)))
            }
        };
        quote!(::core::option::Option::Some(#krate::__private::Declared::#declared))
    }

    /// The method of the schedule that selects this handler.
    pub(super) fn schedules(&self, facts: &Facts<'_>) -> TokenStream {
        let krate = facts.krate;
        let Method {
            name,
            docs,
            arguments,
            ..
        } = &self.method;
        let plain = self.method.plain_name();
        let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
        let types = self.method.argument_types();
        // In the form that `Due::run` reads: `()` or a tuple.
        let payload = self.method.carried_arguments(facts);
        quote! {
            #(#docs)*
            pub fn #name(self, #(#names: #types),*) -> #krate::Result<#krate::alarms::AlarmId> {
                self.0.schedule(#plain, &#payload)
            }
        }
    }
}

impl Retry {
    pub(super) fn expand(&self, krate: &TokenStream) -> TokenStream {
        let retry = quote!(#krate::__private::Retry);
        let max = self.max.map(|max| quote!(max: #max,));
        let span = |name: TokenStream, span: Option<Duration>| {
            let millis = millis(span?);
            Some(quote!(#name: #krate::Duration::from_millis(#millis),))
        };
        let base = span(quote!(base), self.base);
        let cap = span(quote!(cap), self.cap);
        let rest = match (&max, &base, &cap) {
            (Some(_), Some(_), Some(_)) => None,
            _ => Some(quote!(..#retry::DEFAULT)),
        };
        quote!(#retry { #max #base #cap #rest })
    }
}

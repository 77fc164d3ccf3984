//! A `#[task]`, as the alarm that runs it, and the method that starts it.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::actor::method::{Method, TaskForm};
use crate::actor::span::millis;
use crate::actor::task::Task;
use crate::common::facts::Facts;

/// How many tasks of a name run at once, unless it says otherwise.
const AT_MOST: u32 = 50;

/// How long a result is kept, unless the task says otherwise.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3_600);

impl Task {
    /// The handler of its alarms.
    pub(super) fn handler(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (method, krate) = (&self.method, facts.krate);
        let conditions = &method.conditions;
        let (name, retry) = (self.handler_name(), self.retry.expand(krate));
        let at_most = self.at_most.unwrap_or(AT_MOST);
        let run = self.run(actor, facts);
        quote! {
            #(#conditions)*
            #krate::__private::AlarmHandler {
                name: #name,
                declared: ::core::option::Option::None,
                retry: #retry,
                takes_ctx: true,
                at_most: ::core::option::Option::Some(#at_most),
                run: #krate::__private::RunAlarm::Async(|object, due| #run),
            }
        }
    }

    /// The turn of its alarm.
    fn run(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (method, krate, def) = (&self.method, facts.krate, self.def(facts.krate));
        let (types, values) = (method.carried_types(facts), method.values());
        let outcome = method.carried_outcome(facts);
        let value = self.result(facts);
        let arguments = quote!((#(#values,)*): (#(#types,)*));
        let returned = quote!({ #outcome.map(#value::pass) });
        match method.task {
            Some(TaskForm::Apart(_)) => quote! {
                due.task_apart(object, #def, async |run: &#krate::tasks::Run<#actor>, #arguments| #returned)
            },
            _ => {
                let body = quote! {
                    due.task(ctx, #def, async |run: &#krate::tasks::Run, #arguments| #returned).await
                };
                method.turn(actor, krate, &body)
            }
        }
    }

    /// The carrier of its result.
    fn result(&self, facts: &Facts<'_>) -> TokenStream {
        let nothing = syn::parse_quote!(());
        facts.carry(
            &self.method.conditions,
            self.method.value().unwrap_or(&nothing),
        )
    }

    /// What it declares.
    fn def(&self, krate: &TokenStream) -> TokenStream {
        let (name, handler) = (self.method.plain_name(), self.handler_name());
        let version = self.version.unwrap_or(1);
        let retry = self.retry.expand(krate);
        let span = |span: Duration| {
            let millis = millis(span);
            quote!(#krate::Duration::from_millis(#millis))
        };
        let timeout = match self.timeout {
            Some(timeout) => {
                let timeout = span(timeout);
                quote!(::core::option::Option::Some(#timeout))
            }
            None => quote!(::core::option::Option::None),
        };
        let keep = span(self.keep.unwrap_or(KEEP));
        quote! {
            const {
                &#krate::__private::TaskDef {
                    name: #name,
                    handler: #handler,
                    version: #version,
                    retry: #retry,
                    timeout: #timeout,
                    keep: #keep,
                }
            }
        }
    }

    /// The name of its alarms: one that no `#[alarm]` has.
    fn handler_name(&self) -> String {
        format!("task:{}", self.method.plain_name())
    }

    /// The method that starts it.
    pub(super) fn starts(&self, facts: &Facts<'_>) -> TokenStream {
        let (krate, def) = (facts.krate, self.def(facts.krate));
        let Method {
            name,
            docs,
            arguments,
            ..
        } = &self.method;
        let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
        let types = self.method.argument_types();
        let (payload, value) = (
            self.method.carried_arguments(facts),
            self.method.value_type(),
        );
        quote! {
            #(#docs)*
            pub fn #name(&self, #(#names: #types),*) -> #krate::tasks::Start<'a, #value> {
                self.0.starting(#def, &#payload)
            }
        }
    }
}

//! The handlers of an actor, and the stub and the schedule that name them.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, ItemImpl, Type, parse_quote};

use super::class;
use super::state::{schedule_name, stub_name, tasks_name};
use crate::actor::handlers::{self, Handlers};
use crate::actor::method::Method;
use crate::actor::mistakes::Mistake;
use crate::actor::role::{Part, Role};
use crate::common::attributes;
use crate::common::facts::{self, Fact, Facts};
use crate::common::mistakes::Mistakes;

pub(crate) fn expand(arguments: TokenStream, item: ItemImpl) -> TokenStream {
    Mistakes::expand(|mistakes| of_block(arguments, item, mistakes))
}

fn of_block(arguments: TokenStream, mut item: ItemImpl, mistakes: &mut Mistakes) -> TokenStream {
    let options = handlers::options(arguments, mistakes);
    let krate = attributes::core_path(&options, mistakes);
    if let Some((_, of_trait, _)) = &item.trait_ {
        mistakes.add(of_trait, Mistake::ImplOfTrait);
        return quote!(#item);
    }
    if let Some(name) = handlers::generic(&item.self_ty) {
        // The struct reports the mistake; without its mark, this does.
        return quote!(const _: &::core::primitive::str = <#name as #krate::State>::NAME;);
    }
    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::ImplGenerics);
        item.generics = Default::default();
    }
    let Some(actor) = handlers::name(&item.self_ty).cloned() else {
        mistakes.add(&item.self_ty, Mistake::ImplPath);
        let handlers = elsewhere(&item.self_ty, &krate);
        return quote!(#item #handlers);
    };
    let handlers = handlers::parse(&mut item, &actor, mistakes);
    let expanded = handlers.expand(&actor, &krate);
    // Here, `pub` means that a method can be called from JavaScript.
    quote!(#[allow(unreachable_pub)] #item #expanded)
}

/// No handlers, for an actor that is named by a path, which already is a mistake.
fn elsewhere(ty: &Type, krate: &TokenStream) -> Option<TokenStream> {
    let Type::Path(path) = ty else { return None };
    let actor = &path.path.segments.last()?.ident;
    let none = Handlers::default().expand(actor, krate);
    Some(quote! {
        const _: () = {
            use #path;
            #none
        };
    })
}

impl Handlers {
    fn expand(&self, actor: &Ident, krate: &TokenStream) -> TokenStream {
        let facts = &Facts::new(krate);
        let single = self.single(actor, facts);
        let attachment = self.attachment(facts);
        let checks = self.checks(actor, facts);
        let (stub_type, schedule_type) = (self.stub(actor, facts), self.schedule(actor, facts));
        let (tasks_type, tasks) = self.tasks(actor, facts);
        let several = self.several(actor, facts);
        let (stub, schedule) = (stub_name(actor), schedule_name(actor));
        let (asked, prelude) = (facts.items(), facts::prelude(krate));
        let class = class::expand(actor, krate);
        quote! {
            const _: () = {
                #prelude
                #asked
                #checks

                #stub_type
                #schedule_type
                #tasks_type

                #[automatically_derived]
                impl #krate::Actor for #actor {
                    type Stub = #stub;
                    type Schedule<'a> = #schedule<'a>;
                    type Tasks<'a> = #tasks<'a>;
                    #attachment
                    const HANDLERS: #krate::__private::Handlers<Self> = #krate::__private::Handlers {
                        #several
                        #single
                    };
                }

                // The runtime uses the actor, even if nothing else does.
                const _: () = #krate::__private::used::<#actor>();
            };

            #class
        }
    }

    /// The handlers that exist at most once each.
    fn single(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let init = only(&self.init, |method| init(method, actor, facts));
        let request = only(&self.request, |method| request(method, actor, facts));
        let reads_bodies = only(&self.request, |method| reads_body(method, facts));
        let connect = only(&self.connect, |method| connect(method, actor, facts));
        let given = |method, gifts| only(method, |method| given(method, gifts, actor, facts));
        let unhandled = given(&self.unhandled, &["message", "error"]);
        let close = given(&self.close, &["close"]);
        let error = given(&self.error, &["error"]);
        quote! {
            on_init: #init,
            on_request: #request,
            reads_bodies: ::core::matches!(#reads_bodies, ::core::option::Option::Some(true)),
            on_connect: #connect,
            on_unhandled: #unhandled,
            on_close: #close,
            on_error: #error,
        }
    }

    /// The handlers that can exist several times.
    fn several(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let calls = self.calls.iter().map(|method| call(method, actor, facts));
        let messages = self.messages.iter();
        let messages = messages.map(|method| message_handler(method, actor, facts));
        let alarms = self.alarms.iter().map(|alarm| alarm.handler(actor, facts));
        let tasks = self.tasks.iter().map(|task| task.handler(actor, facts));
        let alarms = alarms.chain(tasks);
        quote! {
            methods: &[#(#calls),*],
            messages: &[#(#messages),*],
            alarms: &[#(#alarms),*],
        }
    }

    /// What is required of the types in signatures, and of the actor.
    fn checks(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        self.methods().for_each(|method| method.check(facts));
        let carried = self.methods().filter_map(|method| {
            let socket = method.socket.as_ref()?;
            Some(socket.check(&method.conditions, facts))
        });
        let opened = self.of_sockets().next();
        let opened = opened.map(|method| opens_sockets(method, actor, facts.krate));
        quote!(#(#carried)* #opened)
    }

    /// The parameters of the handlers.
    fn stub(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (krate, stub) = (facts.krate, stub_name(actor));
        let methods = self.calls.iter().map(|method| stub_method(method, facts));
        let once = self.calls.iter().filter(|method| method.once.is_some());
        let once = once.map(|method| {
            let (conditions, name) = (&method.conditions, method.plain_name());
            quote!(#(#conditions)* #name)
        });
        quote! {
            /// A typed client of one instance.
            #[allow(unreachable_pub)]
            pub struct #stub(#krate::__private::Stub);

            #[automatically_derived]
            impl ::core::convert::From<#krate::__private::Stub> for #stub {
                fn from(stub: #krate::__private::Stub) -> Self {
                    Self(stub)
                }
            }

            #[allow(dead_code, missing_docs, private_interfaces, unreachable_pub)]
            impl #stub {
                #(#methods)*

                /// The id of the instance, for `by_id`.
                pub fn id(&self) -> ::std::string::String {
                    self.0.id()
                }

                /// The name that the instance is addressed by; none if that is its id.
                pub fn name(&self) -> ::core::option::Option<::std::string::String> {
                    self.0.name()
                }

                /// The same stub, whose calls and requests fail with
                /// `Unavailable` if they take longer than that.
                pub fn with_limit(self, limit: #krate::Duration) -> Self {
                    Self(self.0.with_limit(limit))
                }

                /// The same stub, which makes a call again, up to so many times, if it certainly
                /// has not run, or happens only once anyway. One with a `Body` is made once: a
                /// stream can't be sent again.
                pub fn with_retries(self, retries: u32) -> Self {
                    Self(self.0.with_retries(retries, &[#(#once),*]))
                }

                /// The same stub, which makes a call again, up to so many times, even if it may
                /// have run: for calls of which a second one does no harm. One with a `Body` is
                /// made once.
                pub fn with_idempotent_retries(self, retries: u32) -> Self {
                    Self(self.0.with_idempotent_retries(retries))
                }

                /// Sends a request to the actor's `#[on_request]` handler.
                pub async fn fetch(&self, request: #krate::Request) -> #krate::Result<#krate::Response> {
                    self.0.fetch(request).await
                }
            }
        }
    }

    /// What alarms are scheduled with.
    fn schedule(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (krate, schedule) = (facts.krate, schedule_name(actor));
        let methods = self.alarms.iter().map(|alarm| alarm.schedules(facts));
        quote! {
            /// An alarm whose handler is still to be chosen.
            #[allow(unreachable_pub)]
            #[must_use = "no alarm is scheduled before its handler is named"]
            pub struct #schedule<'a>(#krate::__private::Plan<'a>);

            #[automatically_derived]
            impl<'a> ::core::convert::From<#krate::__private::Plan<'a>> for #schedule<'a> {
                fn from(plan: #krate::__private::Plan<'a>) -> Self {
                    Self(plan)
                }
            }

            #[allow(dead_code, missing_docs, private_interfaces, unreachable_pub)]
            impl #schedule<'_> {
                #(#methods)*

                /// Makes the alarm replace the one with the same key. But a recurring one
                /// with the same handler, interval or expression, and arguments goes on
                /// unchanged: to restart it, call `cancel_key` first.
                pub fn keyed(self, key: &str) -> Self {
                    Self(self.0.keyed(key))
                }
            }
        }
    }

    /// What tasks are started with, and its name.
    fn tasks(&self, actor: &Ident, facts: &Facts<'_>) -> (Option<TokenStream>, TokenStream) {
        let krate = facts.krate;
        let plain = quote!(#krate::__private::Tasks);
        if self.tasks.is_empty() {
            return (None, plain);
        }
        let tasks = tasks_name(actor);
        let methods = self.tasks.iter().map(|task| task.starts(facts));
        let items = quote! {
            /// The actor's tasks.
            #[allow(unreachable_pub)]
            pub struct #tasks<'a>(#plain<'a>);

            #[automatically_derived]
            impl<'a> ::core::convert::From<#plain<'a>> for #tasks<'a> {
                fn from(tasks: #plain<'a>) -> Self {
                    Self(tasks)
                }
            }

            #[automatically_derived]
            impl<'a> ::core::ops::Deref for #tasks<'a> {
                type Target = #plain<'a>;

                fn deref(&self) -> &#plain<'a> {
                    &self.0
                }
            }

            #[allow(dead_code, missing_docs, private_interfaces, unreachable_pub)]
            impl<'a> #tasks<'a> {
                #(#methods)*
            }
        };
        (Some(items), tasks.to_token_stream())
    }

    /// What the actor's sockets carry: what they are admitted with, or else what the first handler
    /// takes.
    fn attachment(&self, facts: &Facts<'_>) -> TokenStream {
        let nothing: Type = parse_quote!(());
        let unconditional = self
            .of_sockets()
            .filter(|method| method.conditions.is_empty());
        let mut carried = unconditional.filter_map(|method| Some(&method.socket.as_ref()?.carries));
        let otherwise = facts.carry(&[], carried.next().unwrap_or(&nothing));
        let Some(connect) = &self.connect else {
            return quote!(type Attachment = #otherwise::Type;);
        };
        let (conditions, not) = (&connect.conditions, connect.without_conditions());
        let admitted = connect.admitted().unwrap_or(&nothing);
        let admitted = facts.carry(conditions, admitted);
        quote! {
            #(#conditions)*
            type Attachment = #admitted::Type;
            #not
            type Attachment = #otherwise::Type;
        }
    }
}

fn optional(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A handler that exists at most once, and not at all if its `cfg` is off.
fn only(method: &Option<Method>, expand: impl Fn(&Method) -> TokenStream) -> TokenStream {
    let Some(method) = method else {
        return optional(None);
    };
    let handler = optional(Some(expand(method)));
    let (conditions, not) = (&method.conditions, method.without_conditions());
    if conditions.is_empty() {
        return handler;
    }
    let none = optional(None);
    quote!({
        #(#conditions)* { #handler }
        #not { #none }
    })
}

fn stub_method(method: &Method, facts: &Facts<'_>) -> TokenStream {
    let Method {
        name,
        docs,
        arguments,
        ..
    } = method;
    let krate = facts.krate;
    let plain = method.plain_name();
    let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
    let types = method.argument_types();
    let (signature, value) = (method.signature(facts), method.value_type());
    quote! {
        #(#docs)*
        pub fn #name(&self, #(#names: #types),*) -> impl ::core::future::Future<Output = #krate::Result<#value>> {
            #signature::call(&self.0, #plain, (#(#names,)*))
        }
    }
}

fn call(method: &Method, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
    let (conditions, krate) = (&method.conditions, facts.krate);
    let (name, called) = (method.plain_name(), method.called(actor, facts));
    quote! {
        #(#conditions)*
        #krate::__private::Method {
            name: #name,
            call: |object, call| #called,
        }
    }
}

fn init(method: &Method, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
    let krate = facts.krate;
    let outcome = method.outcome(facts);
    let (kind, body) = match method.is_async() {
        true => (
            format_ident!("Async"),
            quote!(::std::boxed::Box::pin(async move { #outcome })),
        ),
        false => (format_ident!("Sync"), outcome),
    };
    quote! {
        #krate::__private::Init::#kind(|actor| {
            let (actor, ctx) = #krate::__private::exclusive::<#actor>(actor);
            #body
        })
    }
}

fn request(method: &Method, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
    let krate = facts.krate;
    let values = method.values();
    let outcome = method.outcome(facts);
    let value = method.value_type();
    let responds = facts.choose(&method.conditions, Fact::Response, &value);
    let body = quote! {
        #outcome.and_then(<#responds as #krate::__private::Respond<#value>>::respond)
    };
    let turn = method.turn(actor, krate, &body);
    match method.argument_types().next() {
        None => quote!(|object, _request| #turn),
        Some(ty) => {
            let reads = facts.choose(&method.conditions, Fact::Request, ty);
            quote! {
                |object, request| {
                    let object = object.clone();
                    <#reads as #krate::__private::Read<#ty>>::read(
                        request,
                        move |#(#values)*| #turn,
                    )
                }
            }
        }
    }
}

/// Whether the handler takes the whole body of a request.
fn reads_body(method: &Method, facts: &Facts<'_>) -> TokenStream {
    let krate = facts.krate;
    let Some(ty) = method.argument_types().next() else {
        return quote!(false);
    };
    let reads = facts.choose(&method.conditions, Fact::Request, ty);
    quote!(<#reads as #krate::__private::Read<#ty>>::IS_WHOLE)
}

fn message_handler(method: &Method, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
    let krate = facts.krate;
    let conditions = &method.conditions;
    let name = method.plain_name();
    let names = method
        .arguments
        .iter()
        .map(|argument| argument.name.unraw().to_string());
    let values = method.values();
    let (part, read, names) = match method.role {
        Role::Message(Part::Text) => (quote!(Text), quote!(text), None),
        Role::Message(Part::Bytes) => (quote!(Bytes), quote!(bytes), None),
        Role::Message(Part::Json) => (quote!(Json), quote!(json), None),
        _ => (
            quote!(Type(#name)),
            quote!(fields),
            Some(quote!(&[#(#names),*],)),
        ),
    };
    let (types, outcome) = match method.role.is_given() {
        true => {
            let types = method.argument_types().map(ToTokens::to_token_stream);
            (types.collect(), method.outcome(facts))
        }
        false => (method.carried_types(facts), method.carried_outcome(facts)),
    };
    let turn = method.turn(actor, krate, &outcome);
    quote! {
        #(#conditions)*
        #krate::__private::MessageHandler {
            part: #krate::__private::Part::#part,
            run: |incoming| incoming.#read(
                #names
                |object, socket, (#(#values,)*): (#(#types,)*)| #turn,
            ),
        }
    }
}

/// A handler that takes some of what the framework offers, by type.
fn given(method: &Method, gifts: &[&str], actor: &Ident, facts: &Facts<'_>) -> TokenStream {
    let gifts = gifts.iter().map(|gift| format_ident!("{gift}"));
    let values = method.values();
    // What is offered is named like its type.
    let taken = method.arguments.iter().map(|argument| {
        let gift = format_ident!("{}", argument.kind());
        quote!(#gift)
    });
    let turn = method.turn(actor, facts.krate, &method.outcome(facts));
    quote! {
        |object, socket, #(#gifts),*| {
            #(let #values = #taken;)*
            #turn
        }
    }
}

fn connect(method: &Method, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
    let krate = facts.krate;
    let outcome = method.outcome(facts);
    let admitted = method.admitted();
    let admits = facts.choose(&method.conditions, Fact::Serde, &admitted);
    let body = quote! {
        let admission = #outcome?;
        <#admits as #krate::__private::Admit<#admitted>>::decide(opening, ctx, admission)
    };
    let turn = method.turn(actor, krate, &body);
    quote!(|object, opening| #turn)
}

/// Refuses handlers of messages that no client can send, at the first of them.
fn opens_sockets(method: &Method, actor: &Ident, krate: &TokenStream) -> TokenStream {
    let place = Ident::new(&actor.to_string(), method.name.span());
    quote! {
        const _: () = <#place as #krate::__private::Connected<{
            <#actor as #krate::State>::SOCKETS.is_some()
        }>>::CHECKED;
    }
}

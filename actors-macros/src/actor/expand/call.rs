//! How generated code calls a method, and what it requires of the types in its signature.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Index, Type, parse_quote};

use crate::actor::method::{Argument, Method, Output, SocketArgument, TaskForm};
use crate::actor::once::Once;
use crate::actor::role::Role;
use crate::actor::span::millis;
use crate::common::facts::{Check, Fact, Facts};
use crate::common::types::last_is;

impl Method {
    /// The `cfg` for builds without the method.
    pub(super) fn without_conditions(&self) -> TokenStream {
        let conditions = self.conditions.iter();
        let predicates = conditions
            .filter_map(|condition| condition.meta.require_list().ok())
            .map(|list| &list.tokens);
        quote!(#[cfg(not(all(#(#predicates),*)))])
    }

    /// Names for the arguments in generated code, where the user's names could clash.
    pub(super) fn values(&self) -> Vec<Ident> {
        (0..self.arguments.len())
            .map(|index| format_ident!("argument_{index}"))
            .collect()
    }

    /// Requires what is needed of each type in the signature, with its span.
    pub(super) fn check(&self, facts: &Facts<'_>) {
        let (argument, value) = match self.role {
            Role::Request => (Check::Asked, Check::Responds),
            Role::Connect => (Check::Argument, Check::Attached),
            Role::Call if self.once.is_some() => (Check::Kept, Check::Kept),
            Role::Call => (Check::Sent, Check::Answered),
            Role::Task => (Check::Argument, Check::TaskResult),
            _ => (Check::Argument, Check::Answer),
        };
        let check = |check, ty| facts.check(&self.conditions, check, ty);
        if !self.role.is_given() {
            self.argument_types().for_each(|ty| match is_of_ctx(ty) {
                true => check(Check::NotOfCtx, ty),
                false => check(argument, ty),
            });
        }
        if let Some(ty) = self.admitted().or(self.value()) {
            check(value, ty);
        }
        if let Some(ty) = self.admitted() {
            check(Check::StillAttached, ty);
        }
        match &self.output {
            Output::Nothing => {}
            Output::Value(ty) => check(Check::Plain, ty),
            Output::Result(ty) => check(Check::Failure, ty),
        }
    }

    /// The type that a stub's caller gets.
    pub(super) fn value_type(&self) -> TokenStream {
        match self.value() {
            Some(value) => value.to_token_stream(),
            None => quote!(()),
        }
    }

    /// The call of the method on `actor`, converted into the framework's `Result`.
    pub(super) fn outcome(&self, facts: &Facts<'_>) -> TokenStream {
        let (krate, call) = (facts.krate, self.invoked(facts));
        match &self.output {
            Output::Result(ty) => {
                let converts = facts.choose(&self.conditions, Fact::Error, ty);
                quote!(<#converts as #krate::__private::Outcome<#ty>>::outcome(#call))
            }
            _ => quote!(#krate::Result::<_, #krate::Error>::Ok(#call)),
        }
    }

    /// The call of the method on `actor`, as it returns.
    fn invoked(&self, facts: &Facts<'_>) -> TokenStream {
        let Self { name, .. } = self;
        let ctx = self.takes_ctx.then(|| quote!(ctx,));
        let request = self.takes_request.then(|| quote!(&opening.request,));
        let socket = self.socket.as_ref();
        let socket = socket.map(|socket| socket.view(&self.conditions, facts));
        let values = self.values();
        let awaited = self.is_async.then(|| quote!(.await));
        match &self.task {
            None => {}
            Some(TaskForm::Shared) => {
                return quote!(actor.#name(#ctx run, #(#values),*) #awaited);
            }
            Some(TaskForm::Apart(actor)) => {
                return quote!(#actor::#name(run, #(#values),*) #awaited);
            }
        }
        quote!(actor.#name(#ctx #request #socket #(#values),*) #awaited)
    }

    /// [`outcome`](Self::outcome) with arguments that have been decoded.
    pub(super) fn carried_outcome(&self, facts: &Facts<'_>) -> TokenStream {
        let values = self.values();
        let carriers = self.argument_types().map(|ty| self.carry(ty, facts));
        let outcome = self.outcome(facts);
        quote!(#(let #values = #carriers::back(#values);)* #outcome)
    }

    /// The types that the arguments are decoded as.
    pub(super) fn carried_types(&self, facts: &Facts<'_>) -> Vec<TokenStream> {
        let carriers = self.argument_types().map(|ty| self.carry(ty, facts));
        carriers.map(|carrier| quote!(#carrier::Type)).collect()
    }

    fn carry(&self, ty: &Type, facts: &Facts<'_>) -> TokenStream {
        facts.carry(&self.conditions, ty)
    }

    /// The `Signature` of the method.
    pub(super) fn signature(&self, facts: &Facts<'_>) -> Ident {
        let (conditions, krate, nothing) = (&self.conditions, facts.krate, parse_quote!(()));
        let carrier = |ty| match self.once {
            // A stream can't be kept.
            Some(_) => facts.carrier(conditions, ty),
            None => facts.caller(conditions, ty),
        };
        let arguments = self.argument_types().map(carrier);
        let outcome = match &self.output {
            Output::Result(ty) => facts.choose(conditions, Fact::Error, ty),
            _ => quote!(#krate::__private::Always),
        };
        let value = carrier(self.value().unwrap_or(&nothing));
        let parts = quote!((#(#arguments,)*), #outcome, #value);
        facts.name(
            conditions,
            &parts,
            || quote!(#krate::__private::Signature<#parts>),
        )
    }

    /// The turn of a call, by the `Signature` that decodes its arguments.
    pub(super) fn called(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (krate, signature) = (facts.krate, self.signature(facts));
        let names = self.arguments.iter();
        let names = names.map(|argument| argument.name.unraw().to_string());
        let (values, invoked) = (self.values(), self.invoked(facts));
        let reply = quote!(#signature::reply(#invoked));
        let Some(once) = &self.once else {
            let turn = self.turn(actor, krate, &reply);
            return quote!(#signature::decode(call, &[#(#names),*], |(#(#values,)*)| #turn));
        };
        let answer = quote!(#krate::__private::answer_once(ctx, &once, || #reply));
        let (once, turn) = (self.once_by(once, krate), self.turn(actor, krate, &answer));
        quote! {
            #signature::decode_once(call, &[#(#names),*], #once, |once, (#(#values,)*)| #turn)
        }
    }

    /// How often a call happens, and which argument is its key.
    fn once_by(&self, once: &Once, krate: &TokenStream) -> TokenStream {
        let (method, position) = (self.plain_name(), Index::from(once.key));
        let key = once.key;
        let millis = millis(once.keep);
        quote! {
            &#krate::__private::Once { method: #method, key: #key, millis: #millis },
            |arguments| &arguments.#position
        }
    }

    /// The stub's arguments, as a tuple to encode.
    pub(super) fn carried_arguments(&self, facts: &Facts<'_>) -> TokenStream {
        let carried = self.arguments.iter().map(|Argument { name, ty }| {
            let carrier = self.carry(ty, facts);
            quote!(#carrier::pass(#name))
        });
        quote!((#(#carried,)*))
    }

    /// A turn of `object` that runs `body`, with `actor` and `ctx` in scope.
    pub(super) fn turn(
        &self,
        actor: &Ident,
        krate: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let (kind, asyncness, reference) = self.kind();
        let storage = (!self.is_async).then(|| self.storage(krate));
        quote! {
            object.#kind(
                #storage
                #asyncness move |actor: #reference #actor, ctx: &#krate::Ctx<#actor>| { #body }
            )
        }
    }

    /// The function that begins its turn, whether that is asynchronous, and how it borrows the
    /// actor.
    fn kind(&self) -> (Ident, Option<TokenStream>, TokenStream) {
        let (kind, reference) = match self.is_exclusive {
            true => ("exclusive", quote!(&mut)),
            false => ("shared", quote!(&)),
        };
        match self.is_async {
            true => (
                format_ident!("{kind}_async"),
                Some(quote!(async)),
                reference,
            ),
            false => (format_ident!("{kind}"), None, reference),
        }
    }

    /// What its turn does with the database.
    fn storage(&self, krate: &TokenStream) -> TokenStream {
        let storage = match self.once {
            // Its answer is stored.
            Some(_) => quote!(#krate::__private::Storage::Any),
            None => self.storage.expand(krate),
        };
        quote!(#storage,)
    }
}

impl SocketArgument {
    /// What the actor's sockets carry.
    fn attachment(&self, krate: &TokenStream) -> TokenStream {
        let actor = &self.actor;
        quote!(<#actor as #krate::Actor>::Attachment)
    }

    /// The actor's `socket` in the form that the method takes.
    fn view(&self, conditions: &[Attribute], facts: &Facts<'_>) -> TokenStream {
        let krate = facts.krate;
        let (attachment, carries) = (self.attachment(krate), &self.carries);
        let same = facts.choose(conditions, Fact::Same, &quote!((#attachment, #carries)));
        quote!(<#same as #krate::__private::View<#attachment, #carries>>::view(&socket),)
    }

    /// Refuses a socket with another attachment type than the actor's.
    pub(super) fn check(&self, conditions: &[Attribute], facts: &Facts<'_>) -> TokenStream {
        let krate = facts.krate;
        let (attachment, carries) = (self.attachment(krate), &self.carries);
        let carrier = facts.carry(conditions, carries);
        let same = Fact::Same.probe(&quote!((#attachment, #carrier::Type)), krate);
        quote! {
            #(#conditions)*
            const _: () =
                <#carries as #krate::__private::AttachedAlike<#attachment, { #same }>>::CHECKED;
        }
    }
}

/// Whether the type is named like something that the context provides, and may be that.
fn is_of_ctx(ty: &Type) -> bool {
    let mut names = ["Alarms", "Env", "Sockets", "Sql"].iter();
    names.any(|name| last_is(ty, name))
}

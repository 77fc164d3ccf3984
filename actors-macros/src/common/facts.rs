//! Questions about the user's types: the other half of `private/probe.rs` and `private/verdicts.rs`
//! in `actors-core`.
//!
//! A macro sees the name of a type and can't know what the type implements; the code that it
//! generates can. `Probe::<T>::SERDE` is an inherent constant, `true`, where `T` qualifies;
//! otherwise it is that of the trait `Unproven`, `false`, which every probe has and the inherent
//! one shadows. A constant can choose among types, as in `If<{ Probe::<T>::SERDE }>`: so what is
//! generated for a type that lacks something compiles anyway, and a check, a trait `Check<const
//! IS: bool>` that is implemented only for `true`, is the one error.

use std::cell::RefCell;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Type};

use super::types::type_argument;

/// A fact about a type, which may hold or not: a constant of `Probe`.
#[derive(Clone, Copy)]
pub(crate) enum Fact {
    Actor,
    Binding,
    Body,
    Bound,
    Default,
    Error,
    InList,
    Keyed,
    Ours,
    Persist,
    Request,
    Response,
    Same,
    Secret,
    Sent,
    Serde,
    Still,
    Stored,
    Unlocked,
    Value,
}

impl Fact {
    fn constant(self) -> &'static str {
        match self {
            Self::Actor => "ACTOR",
            Self::Binding => "BINDING",
            Self::Body => "BODY",
            Self::Bound => "BOUND",
            Self::Default => "DEFAULT",
            Self::Error => "ERROR",
            Self::InList => "IN_LIST",
            Self::Keyed => "KEYED",
            Self::Ours => "OURS",
            Self::Persist => "PERSIST",
            Self::Request => "REQUEST",
            Self::Response => "RESPONSE",
            Self::Same => "SAME",
            Self::Secret => "SECRET",
            Self::Sent => "SENT",
            Self::Serde => "SERDE",
            Self::Still => "STILL",
            Self::Stored => "STORED",
            Self::Unlocked => "UNLOCKED",
            Self::Value => "VALUE",
        }
    }

    /// Whether the fact holds for `ty`, as a constant.
    pub(crate) fn probe(self, ty: &impl ToTokens, krate: &TokenStream) -> TokenStream {
        let constant = Ident::new(self.constant(), Span::call_site());
        quote!(#krate::__private::Probe::<#ty>::#constant)
    }

    /// `If<true>` if the fact holds for `ty`, otherwise `If<false>`.
    pub(crate) fn choose(self, ty: &impl ToTokens, krate: &TokenStream) -> TokenStream {
        let probe = self.probe(ty, krate);
        quote!(#krate::__private::If<{ #probe }>)
    }

    /// The type that replaces `ty` in code that needs the fact to hold.
    pub(crate) fn carry(self, ty: &Type, krate: &TokenStream) -> TokenStream {
        let carrier = self.carrier(ty, krate);
        quote!(<#carrier as #krate::__private::Carry>)
    }

    fn carrier(self, ty: &Type, krate: &TokenStream) -> TokenStream {
        let probe = self.probe(ty, krate);
        quote!(#krate::__private::Carrier<#ty, { #probe }>)
    }
}

/// Each check with the fact that it requires.
macro_rules! checks {
    ($($check:ident: $fact:ident,)*) => {
        /// What a type has to be in its position: a trait in `actors-core`, which has the text of
        /// the error.
        #[derive(Clone, Copy)]
        pub(crate) enum Check {
            $($check,)*
        }

        impl Check {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$check => stringify!($check),)*
                }
            }

            fn fact(self) -> Fact {
                match self {
                    $(Self::$check => Fact::$fact,)*
                }
            }
        }
    };
}

checks! {
    Answer: Serde,
    Answered: Sent,
    Argument: Serde,
    AsBinding: Binding,
    AsColumn: Stored,
    AsJson: Serde,
    AsParent: Keyed,
    Asked: Request,
    Attached: Serde,
    Failure: Error,
    FarArgument: Serde,
    Initial: Default,
    Kept: Serde,
    NotOfCtx: Serde,
    Ours: Ours,
    Persisted: Serde,
    Plain: Value,
    Received: Serde,
    Responds: Response,
    Secret: Secret,
    Sent: Sent,
    Still: Unlocked,
    StillAttached: Still,
    TaskResult: Serde,
}

impl Check {
    /// Fails at the type, unless it is what the check requires.
    pub(crate) fn of(self, ty: &Type, krate: &TokenStream) -> TokenStream {
        let place = match self {
            Self::Failure | Self::Ours => type_argument(ty, 1).unwrap_or(ty), // the error of a `Result`
            _ => ty,
        };
        let check = Ident::new(self.name(), Span::call_site());
        let probe = self.fact().probe(ty, krate);
        quote!(const _: () = <#place as #krate::__private::#check<{ #probe }>>::CHECKED;)
    }
}

/// Brings into scope what probes and carriers need.
pub(crate) fn prelude(krate: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_imports)]
        use #krate::__private::{Unproven as _, TableFallback as _};
    }
}

/// What the generated code of a block asks about types. Each question is one item,
/// `__Fact_0` and so on, however many handlers ask it: rustc takes its time for every
/// constant.
pub(crate) struct Facts<'a> {
    pub(crate) krate: &'a TokenStream,
    asked: RefCell<Vec<Asked>>,
}

struct Asked {
    question: String,
    name: Ident,
    item: TokenStream,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(krate: &'a TokenStream) -> Self {
        let asked = RefCell::default();
        Self { krate, asked }
    }

    /// [`Check::of`], where `conditions` hold.
    pub(crate) fn check(&self, conditions: &[Attribute], check: Check, ty: &Type) {
        self.ask(conditions, check.name(), ty, |_| check.of(ty, self.krate));
    }

    /// [`Fact::carry`] for serde, in code under these conditions.
    pub(crate) fn carry(&self, conditions: &[Attribute], ty: &Type) -> TokenStream {
        let (carrier, krate) = (self.carrier(conditions, ty), self.krate);
        quote!(<#carrier as #krate::__private::Carry>)
    }

    /// The carrier of the type for serde.
    pub(crate) fn carrier(&self, conditions: &[Attribute], ty: &Type) -> Ident {
        self.name(conditions, ty, || Fact::Serde.carrier(ty, self.krate))
    }

    /// The carrier of the type from one object to another, where it may be a body.
    pub(crate) fn caller(&self, conditions: &[Attribute], ty: &Type) -> Ident {
        let krate = self.krate;
        self.name(conditions, &quote!(BODY #ty), || {
            let (serde, body) = (Fact::Serde.probe(ty, krate), Fact::Body.probe(ty, krate));
            quote!(#krate::__private::Carrier<#ty, { #serde }, { #body }>)
        })
    }

    /// [`Fact::choose`] in code under these conditions.
    pub(crate) fn choose(
        &self,
        conditions: &[Attribute],
        fact: Fact,
        ty: &impl ToTokens,
    ) -> TokenStream {
        let (constant, choose) = (fact.constant(), || fact.choose(ty, self.krate));
        let name = self.name(conditions, &quote!(#constant #ty), choose);
        name.to_token_stream()
    }

    /// A name for the type `what`.
    pub(crate) fn name(
        &self,
        conditions: &[Attribute],
        what: &impl ToTokens,
        ty: impl FnOnce() -> TokenStream,
    ) -> Ident {
        self.ask(conditions, "", what, |name| {
            let ty = ty();
            quote!(type #name = #ty;)
        })
    }

    /// The items for all questions that were asked.
    pub(crate) fn items(&self) -> TokenStream {
        let asked = self.asked.borrow();
        asked.iter().map(|asked| &asked.item).cloned().collect()
    }

    /// The name of the item for that question.
    fn ask(
        &self,
        conditions: &[Attribute],
        about: &str,
        what: &impl ToTokens,
        item: impl FnOnce(&Ident) -> TokenStream,
    ) -> Ident {
        let question = format!("{about}: {}", quote!(#(#conditions)* #what));
        let mut asked = self.asked.borrow_mut();
        if let Some(asked) = asked.iter().find(|asked| asked.question == question) {
            return asked.name.clone();
        }
        let name = format_ident!("__Fact_{}", asked.len());
        let item = item(&name);
        let item = quote!(#(#conditions)* #item);
        asked.push(Asked {
            question,
            name: name.clone(),
            item,
        });
        name
    }
}

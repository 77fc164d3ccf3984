//! What is asked of the user's types: the other half of `checks.rs` in `actors-core`.

use std::cell::RefCell;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Type};

/// Brings into scope what [`check`] and [`carry`] need there.
pub(crate) fn prelude(krate: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_imports)]
        use #krate::__private::{Unproven as _, Untold as _};
    }
}

/// Fails at `place` with the text of `check`, unless `fact` is so of `ty`.
pub(crate) fn check(
    check: &str,
    place: &Type,
    fact: &str,
    ty: &Type,
    krate: &TokenStream,
) -> TokenStream {
    let check = format_ident!("{check}");
    let probe = probe(fact, ty, krate);
    quote!(const _: () = <#place as #krate::__private::#check<{ #probe }>>::CHECKED;)
}

/// The type that stands for `ty` in code that needs `fact` to be so of it.
pub(crate) fn carry(fact: &str, ty: &Type, krate: &TokenStream) -> TokenStream {
    let carrier = carrier(fact, ty, krate);
    quote!(<#carrier as #krate::__private::Carry>)
}

fn carrier(fact: &str, ty: &Type, krate: &TokenStream) -> TokenStream {
    let probe = probe(fact, ty, krate);
    quote!(#krate::__private::Carrier<#ty, { #probe }>)
}

/// `If<true>` where `fact` is so of `ty`, else `If<false>`.
pub(crate) fn if_so(fact: &str, ty: &impl ToTokens, krate: &TokenStream) -> TokenStream {
    let probe = probe(fact, ty, krate);
    quote!(#krate::__private::If<{ #probe }>)
}

/// Whether `fact` is so of `ty`, as a constant.
pub(crate) fn probe(fact: &str, ty: &impl ToTokens, krate: &TokenStream) -> TokenStream {
    let fact = format_ident!("{fact}");
    quote!(#krate::__private::Probe::<#ty>::#fact)
}

/// What the generated code of a block asks of types. Each question is one item, however
/// many handlers it is about: rustc takes its time for every constant.
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

    /// [`check`], where `conditions` hold.
    pub(crate) fn check(
        &self,
        conditions: &[Attribute],
        check: &str,
        place: &Type,
        fact: &str,
        ty: &Type,
    ) {
        self.ask(conditions, check, &quote!(#place, #ty), |_| {
            self::check(check, place, fact, ty, self.krate)
        });
    }

    /// [`carry`] in code that is there under these conditions.
    pub(crate) fn carry(&self, conditions: &[Attribute], ty: &Type) -> TokenStream {
        let (carrier, krate) = (self.carrier(conditions, ty), self.krate);
        quote!(<#carrier as #krate::__private::Carry>)
    }

    /// What carries the type from one object to another.
    pub(crate) fn carrier(&self, conditions: &[Attribute], ty: &Type) -> Ident {
        self.name(conditions, ty, || carrier("SERDE", ty, self.krate))
    }

    /// [`if_so`] in code that is there under these conditions.
    pub(crate) fn if_so(
        &self,
        conditions: &[Attribute],
        fact: &str,
        ty: &impl ToTokens,
    ) -> TokenStream {
        let if_so = || if_so(fact, ty, self.krate);
        let name = self.name(conditions, &quote!(#fact #ty), if_so);
        name.to_token_stream()
    }

    /// A name for a type that follows from `what`.
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

    /// The items that hold the answers.
    pub(crate) fn items(&self) -> TokenStream {
        let asked = self.asked.borrow();
        asked.iter().map(|asked| &asked.item).cloned().collect()
    }

    /// The name of the item that answers the question.
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

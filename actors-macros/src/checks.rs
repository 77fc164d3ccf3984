//! What is asked of the user's types: the other half of `checks.rs` in `actors-core`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::Type;

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
    let if_so = if_so(fact, ty, krate);
    quote!(<#if_so as #krate::__private::Carry<#ty>>)
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

/// `tokens` with the name of the type in the place of `Self`, which is another
/// type in the code that is generated.
pub(crate) fn without_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                Ident::new(&name.to_string(), ident.span()).into()
            }
            TokenTree::Group(group) => {
                let stream = without_self(group.stream(), name);
                let mut replaced = Group::new(group.delimiter(), stream);
                replaced.set_span(group.span());
                replaced.into()
            }
            other => other,
        })
        .collect()
}

//! A statement that runs once for each item: `for (word, count) in words`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Pat, Token};

use super::mistakes::Mistake;

/// What follows such a statement.
pub(super) struct Each {
    pattern: Pat,
    items: Expr,
}

impl Each {
    /// Parses what follows the statement, if it is that.
    pub(super) fn after_statement(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        if !input.peek(Token![for]) {
            return Ok(None);
        }
        let each = input.parse()?;
        let comma = input.parse::<Option<Token![,]>>()?;
        match comma.is_some() && !input.is_empty() {
            true => Err(input.error(Mistake::EachWithParts)),
            false => Ok(Some(each)),
        }
    }

    /// The expression for the statement, given the function that makes it.
    pub(super) fn statement(
        &self,
        function: &TokenStream,
        text: &str,
        values: impl Iterator<Item = TokenStream>,
        span: Span,
    ) -> TokenStream {
        let Self { pattern, items } = self;
        let runs = Ident::new("runs", Span::mixed_site());
        quote_spanned! {span=>
            #function(#text, |#runs| {
                for #pattern in #items {
                    #runs.add([#(#values),*])?;
                }
                ::core::result::Result::Ok(())
            })
        }
    }
}

impl Parse for Each {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word = input.parse::<Token![for]>()?;
        let form = |_| syn::Error::new(word.span, Mistake::EachForm);
        let pattern = Pat::parse_multi_with_leading_vert(input).map_err(form)?;
        input.parse::<Token![in]>().map_err(form)?;
        let items = input.parse().map_err(form)?;
        Ok(Self { pattern, items })
    }
}

impl ToTokens for Each {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { pattern, items } = self;
        tokens.extend(quote!(for #pattern in #items));
    }
}

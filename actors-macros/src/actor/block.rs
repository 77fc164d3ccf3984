//! The parsed item that `#[actor]` is on.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::token::Brace;
use syn::{Attribute, Block, Expr, ImplItem, ImplItemFn, Item, Signature, Stmt, Visibility};

/// Parses the item, but not the bodies of methods: rustc reports mistakes there, and the
/// signatures are useful anyway. For that, a body is one token tree, `Expr::Verbatim`, which is
/// written back as it was read, so that an editor can complete in an unfinished body.
pub(crate) fn parse(tokens: TokenStream) -> syn::Result<Item> {
    let mut trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let Some(TokenTree::Group(body)) = trees.pop() else {
        return syn::parse2(tokens);
    };
    let mut empty = Group::new(body.delimiter(), TokenStream::new());
    empty.set_span(body.span());
    trees.push(empty.into());
    match syn::parse2(trees.into_iter().collect()) {
        Ok(Item::Impl(mut item)) => {
            item.items = items.parse2(body.stream())?;
            Ok(Item::Impl(item))
        }
        _ => syn::parse2(tokens),
    }
}

fn items(input: ParseStream<'_>) -> syn::Result<Vec<ImplItem>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        items.push(match ahead.parse::<Method>() {
            Ok(method) => {
                input.advance_to(&ahead);
                ImplItem::Fn(method.0)
            }
            Err(_) => input.parse()?,
        });
    }
    Ok(items)
}

struct Method(ImplItemFn);

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self(ImplItemFn {
            attrs: Attribute::parse_outer(input)?,
            vis: input.parse::<Visibility>()?,
            defaultness: None,
            sig: input.parse::<Signature>()?,
            block: {
                let ahead = input.lookahead1();
                match ahead.peek(Brace) {
                    true => opaque(&input.parse()?),
                    false => return Err(ahead.error()),
                }
            },
        }))
    }
}

/// The body as a statement of its own: see [`written`].
fn opaque(body: &Group) -> Block {
    let body = TokenTree::from(body.clone()).into();
    Block {
        brace_token: Default::default(),
        stmts: vec![Stmt::Expr(Expr::Verbatim(body), None)],
    }
}

/// The method with its body as the user has written it, with the spans of its braces.
pub(super) fn written(method: &ImplItemFn) -> ImplItem {
    let ImplItemFn {
        attrs, vis, sig, ..
    } = method;
    match &method.block.stmts[..] {
        [Stmt::Expr(Expr::Verbatim(body), None)] => {
            ImplItem::Verbatim(quote!(#(#attrs)* #vis #sig #body))
        }
        _ => ImplItem::Fn(method.clone()),
    }
}

//! Types as they are written: a macro only knows their names.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The last name of a path type.
pub(crate) fn last_name(ty: &Type) -> Option<&Ident> {
    last_segment(ty).map(|last| &last.ident)
}

/// Whether the last name of a path type is that one, whatever its arguments are.
pub(crate) fn last_is(ty: &Type, name: &str) -> bool {
    last_name(ty).is_some_and(|last| last == name)
}

/// One of a path type's type arguments.
pub(crate) fn type_argument(ty: &Type, index: usize) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(ty)?.arguments else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.nth(index)
}

/// The type in an `Option`.
pub(crate) fn option_of(ty: &Type) -> Option<&Type> {
    type_argument(ty, 0).filter(|_| last_is(ty, "Option"))
}

/// Whether the type is an `Option`.
pub(crate) fn is_option(ty: &Type) -> bool {
    option_of(ty).is_some()
}

/// The owned form of a type that is borrowed.
pub(crate) fn owned(borrowed: &Type) -> String {
    match borrowed {
        ty if last_is(ty, "str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
        ty => text(ty),
    }
}

/// The type as it is displayed.
pub(crate) fn text(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "")
}

/// Whether there is a `Self` in `tokens`.
pub(crate) fn says_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => says_self(group.stream()),
        _ => false,
    })
}

/// `tokens` with the name of the type instead of `Self`, which is another type in generated
/// code.
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

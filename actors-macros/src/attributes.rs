//! The arguments of attributes: `option`, `option = value`, `option(..)`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue, Token};

use crate::mistakes::{Mistake, Mistakes};

/// The options in an attribute's parentheses, each known and given once.
pub(crate) fn options(tokens: TokenStream, known: &[&str], mistakes: &mut Mistakes) -> Vec<Meta> {
    let parsed = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens);
    let mut options: Vec<Meta> = Vec::new();
    match parsed {
        Err(error) => mistakes.add_error(error),
        Ok(parsed) => {
            for option in parsed {
                let name = name(&option);
                if !known.contains(&name.as_str()) {
                    let mistake = Mistake::UnknownOption {
                        option: &name,
                        options: known,
                    };
                    mistakes.add(option.path(), mistake);
                } else if options.iter().any(|other| self::name(other) == name) {
                    mistakes.add(option.path(), Mistake::OptionTwice(&name));
                } else {
                    options.push(option);
                }
            }
        }
    }
    options
}

/// The option's name as it is written.
pub(crate) fn name(option: &Meta) -> String {
    option
        .path()
        .get_ident()
        .map(Ident::to_string)
        .unwrap_or_default()
}

/// The path to `actors-core`: `::actors_core`, unless the option `crate` says another.
pub(crate) fn core_path(options: &[Meta], mistakes: &mut Mistakes) -> TokenStream {
    match options.iter().find(|option| name(option) == "crate") {
        Some(Meta::NameValue(MetaNameValue {
            value: Expr::Path(path),
            ..
        })) => path.to_token_stream(),
        other => {
            if let Some(other) = other {
                mistakes.add(other, Mistake::CratePath);
            }
            quote!(::actors_core)
        }
    }
}

/// The text that an option is set to.
pub(crate) fn text<'a>(option: &'a Meta, mistakes: &mut Mistakes) -> Option<&'a LitStr> {
    match option {
        Meta::NameValue(MetaNameValue {
            value:
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }),
            ..
        }) => Some(text),
        _ => {
            mistakes.add(option, Mistake::NotText(&name(option)));
            None
        }
    }
}

/// Takes the attributes of that name away from an item.
pub(crate) fn take(attributes: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    let (taken, kept) = std::mem::take(attributes)
        .into_iter()
        .partition(|attribute| attribute.path().is_ident(name));
    *attributes = kept;
    taken
}

/// The attributes that belong on everything that is generated from an item.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .collect()
}

/// The documentation and the conditions of an item.
pub(crate) fn docs(attributes: &[Attribute]) -> Vec<&Attribute> {
    let kept = ["cfg", "doc", "deprecated"];
    attributes
        .iter()
        .filter(|attribute| kept.iter().any(|name| attribute.path().is_ident(name)))
        .collect()
}

//! The arguments of attributes: `option`, `option = value`, `option(..)`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, MetaNameValue, Path, Token};

use super::mistakes::{Mistake, Mistakes};
use super::words::{name_in, nearest};

/// The options in an attribute's parentheses, each known and given once.
///
/// `known` has an example of each. A misspelt option is taken for the one that is meant, so
/// that the spelling is the only mistake.
pub(crate) fn options(tokens: TokenStream, known: &[&str], mistakes: &mut Mistakes) -> Vec<Meta> {
    let mut options: Vec<Meta> = Vec::new();
    let parsed = match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(parsed) => parsed,
        Err(error) => {
            let mistake = Mistake::NotAnOption { options: known };
            mistakes.add_at(error.span(), mistake);
            return options;
        }
    };
    for mut option in parsed {
        if !correct(&mut option, known, mistakes) {
            continue;
        }
        let name = name(&option);
        if options.iter().any(|other| self::name(other) == name) {
            mistakes.add(option.path(), Mistake::OptionTwice(&name));
        } else {
            options.push(option);
        }
    }
    options
}

/// The options of several attributes together, each given once. One whose example is only its
/// name takes no value.
pub(crate) fn options_of(
    attributes: &[Attribute],
    known: &[&str],
    mistakes: &mut Mistakes,
) -> Vec<Meta> {
    let mut all: Vec<Meta> = Vec::new();
    for attribute in attributes {
        let Meta::List(list) = &attribute.meta else {
            mistakes.add(attribute, Mistake::NotAnOption { options: known });
            continue;
        };
        for option in options(list.tokens.clone(), known, mistakes) {
            let name = name(&option);
            if known.contains(&&*name) {
                flag(&option, mistakes);
            }
            if find(&all, &name).is_some() {
                mistakes.add(&option, Mistake::OptionTwice(&name));
            }
            all.push(option);
        }
    }
    all
}

/// Whether the option is one of those, after its spelling is corrected.
fn correct(option: &mut Meta, known: &[&str], mistakes: &mut Mistakes) -> bool {
    let name = name(option);
    let names: Vec<&str> = known.iter().map(|example| name_in(example)).collect();
    if names.contains(&name.as_str()) {
        return true;
    }
    let mistake = Mistake::UnknownOption {
        option: &name,
        options: known,
    };
    mistakes.add(option.path(), mistake);
    let Some(meant) = nearest(&name, &names) else {
        return false;
    };
    let path = Path::from(Ident::new(meant, option.path().span()));
    match option {
        Meta::Path(wrong) => *wrong = path,
        Meta::List(list) => list.path = path,
        Meta::NameValue(pair) => pair.path = path,
    }
    true
}

/// The option's name as it is written.
pub(crate) fn name(option: &Meta) -> String {
    option.path().get_ident().map_or_else(
        || option.path().to_token_stream().to_string(),
        Ident::to_string,
    )
}

/// The option of that name, if it is given.
pub(crate) fn find<'a>(options: &'a [Meta], wanted: &str) -> Option<&'a Meta> {
    options.iter().find(|option| name(option) == wanted)
}

/// The path to `actors-core`: `::actors_core`, unless the option `crate` sets another.
pub(crate) fn core_path(options: &[Meta], mistakes: &mut Mistakes) -> TokenStream {
    match find(options, "crate") {
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

/// An option without a value.
pub(crate) fn flag(option: &Meta, mistakes: &mut Mistakes) {
    if option.require_path_only().is_err() {
        mistakes.add(option, Mistake::OptionAlone(&name(option)));
    }
}

/// Removes the attributes of that name from an item.
pub(crate) fn take(attributes: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    let (taken, kept) = std::mem::take(attributes)
        .into_iter()
        .partition(|attribute| attribute.path().is_ident(name));
    *attributes = kept;
    taken
}

/// What is in the parentheses of attributes.
pub(crate) fn arguments(attributes: &[Attribute]) -> TokenStream {
    let lists = attributes
        .iter()
        .filter_map(|attribute| attribute.meta.require_list().ok());
    lists.map(|list| list.tokens.clone()).collect()
}

/// The attributes that everything generated from an item needs.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    of(attributes, &["cfg"])
}

/// The documentation and the conditions of an item.
pub(crate) fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    of(attributes, &["cfg", "doc", "deprecated"])
}

fn of(attributes: &[Attribute], names: &[&str]) -> Vec<Attribute> {
    let is_of = |attribute: &&Attribute| names.iter().any(|name| attribute.path().is_ident(name));
    attributes.iter().filter(is_of).cloned().collect()
}

//! `#[bindings]`: a struct whose fields are read from the Worker's bindings.

mod config;
pub(crate) mod mistakes;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Field, Fields, ItemStruct, Type};

use self::config::Wanted;
use self::mistakes::Mistake;
use crate::common::attributes;
use crate::common::facts::{self, Check, Fact};
use crate::common::mistakes::Mistakes;
use crate::common::types::option_of;

const OPTIONS: &[&str] = &["config = false", "crate = path"];

/// A field.
struct Binding {
    field: Ident,
    /// What it is called in `wrangler.toml`.
    name: String,
    /// Without the `Option` of one that may be missing.
    ty: Type,
    is_optional: bool,
    is_secret: bool,
    conditions: Vec<Attribute>,
}

pub(crate) fn expand(arguments: TokenStream, mut item: ItemStruct) -> TokenStream {
    Mistakes::expand(|mistakes| {
        let options = attributes::options(arguments, OPTIONS, mistakes);
        let krate = attributes::core_path(&options, mistakes);
        check(&mut item, mistakes);
        let bindings = parse(&mut item, mistakes);
        let tracked = config::check(&options, wanted(&bindings), &krate, mistakes);
        let (of, reading) = (of(&item, &krate), reading(&item.ident, &bindings, &krate));
        quote!(#item #of #reading #tracked)
    })
}

/// Checks the form of the struct, and removes what is wrong, so that it causes no further errors.
fn check(item: &mut ItemStruct, mistakes: &mut Mistakes) {
    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::Generics);
    } else if !matches!(item.fields, Fields::Named(_)) {
        mistakes.add(&item.ident, Mistake::Fields);
    } else {
        return;
    }
    item.generics = Default::default();
    item.fields = Fields::Named(syn::parse_quote!({}));
    item.semi_token = None;
}

fn parse(item: &mut ItemStruct, mistakes: &mut Mistakes) -> Vec<Binding> {
    let mut bindings: Vec<Binding> = Vec::new();
    for field in &mut item.fields {
        let Some(binding) = Binding::parse(field, mistakes) else {
            continue;
        };
        let name = &binding.name;
        let is_same = |other: &Binding| other.name == *name && other.conditions.is_empty();
        if binding.conditions.is_empty() && bindings.iter().any(is_same) {
            mistakes.add(&binding.field, Mistake::NameTwice(name));
        }
        bindings.push(binding);
    }
    bindings
}

/// Those that must be there.
fn wanted(bindings: &[Binding]) -> impl Iterator<Item = Wanted<'_>> {
    let needed = bindings.iter().filter(|binding| !binding.is_optional);
    needed.map(
        |Binding {
             field,
             name,
             ty,
             conditions,
             ..
         }| Wanted {
            field,
            name,
            ty,
            conditions,
        },
    )
}

impl Binding {
    fn parse(field: &mut Field, mistakes: &mut Mistakes) -> Option<Self> {
        let ident = field.ident.clone()?;
        let secret = mark(field, "secret", mistakes);
        if let Some(secret) = &secret
            && secret.meta.require_path_only().is_err()
        {
            mistakes.add(secret, Mistake::SecretArguments);
        }
        let named = mark(field, "binding", mistakes).and_then(|mark| named(&mark, mistakes));
        let inner = option_of(&field.ty);
        Some(Self {
            name: named.unwrap_or_else(|| ident.unraw().to_string().to_uppercase()),
            field: ident,
            ty: inner.unwrap_or(&field.ty).clone(),
            is_optional: inner.is_some(),
            is_secret: secret.is_some(),
            conditions: attributes::conditions(&field.attrs),
        })
    }

    /// What is required of its type.
    fn check(&self, krate: &TokenStream) -> TokenStream {
        let conditions = &self.conditions;
        let check = match self.is_secret {
            true => Check::Secret,
            false => Check::AsBinding,
        };
        let check = check.of(&self.ty, krate);
        quote!(#(#conditions)* #check)
    }

    /// Reads it into a variable.
    fn read(&self, variable: &Ident, krate: &TokenStream) -> TokenStream {
        let (conditions, name) = (&self.conditions, &self.name);
        let carrier = Fact::Binding.carry(&self.ty, krate);
        let method = format_ident!(
            "{}",
            match (self.is_optional, self.is_secret) {
                (true, true) => "optional_secret",
                (true, false) => "optional",
                (false, true) => "secret",
                (false, false) => "binding",
            }
        );
        quote! {
            #(#conditions)*
            let #variable = reader.#method::<#carrier::Type>(#name);
        }
    }

    /// The field from the variable.
    fn fill(&self, variable: &Ident, krate: &TokenStream) -> TokenStream {
        let (conditions, field) = (&self.conditions, &self.field);
        let carrier = Fact::Binding.carry(&self.ty, krate);
        match self.is_optional {
            true => quote!(#(#conditions)* #field: #variable?.map(#carrier::back)),
            false => quote!(#(#conditions)* #field: #carrier::back(#variable?)),
        }
    }
}

/// Takes the mark of that name off a field.
fn mark(field: &mut Field, name: &str, mistakes: &mut Mistakes) -> Option<Attribute> {
    let marks = attributes::take(&mut field.attrs, name);
    if let Some(second) = marks.get(1) {
        mistakes.add(second, Mistake::MarkTwice(name));
    }
    marks.into_iter().next()
}

/// The name that a mark gives a binding.
fn named(mark: &Attribute, mistakes: &mut Mistakes) -> Option<String> {
    let text = attributes::text(&mark.meta, mistakes)?;
    if text.value().is_empty() {
        mistakes.add(text, Mistake::EmptyName);
        return None;
    }
    Some(text.value())
}

/// How the struct is reached outside of actors.
fn of(item: &ItemStruct, krate: &TokenStream) -> TokenStream {
    let (ident, vis) = (&item.ident, &item.vis);
    quote! {
        impl #ident {
            /// The bindings, which are read when they are first asked for, and kept.
            ///
            /// # Errors
            ///
            /// Bindings that are missing or wrong: all of them.
            #[allow(dead_code)]
            #vis fn of(env: &#krate::Env) -> #krate::Result<::std::rc::Rc<Self>> {
                #krate::__private::bindings(env)
            }
        }
    }
}

fn reading(ident: &Ident, bindings: &[Binding], krate: &TokenStream) -> TokenStream {
    let prelude = facts::prelude(krate);
    let checks = bindings.iter().map(|binding| binding.check(krate));
    let variables = (0..bindings.len()).map(|index| format_ident!("binding_{index}"));
    let variables: Vec<_> = variables.collect();
    let each = || bindings.iter().zip(&variables);
    let read = each().map(|(binding, variable)| binding.read(variable, krate));
    let fill = each().map(|(binding, variable)| binding.fill(variable, krate));
    quote! {
        const _: () = {
            #prelude
            #(#checks)*

            #[automatically_derived]
            impl #krate::FromEnv for #ident {
                #[allow(unused_variables)]
                fn read(
                    reader: &mut #krate::Reader<'_>,
                ) -> ::core::option::Option<Self> {
                    #(#read)*
                    ::core::option::Option::Some(Self { #(#fill),* })
                }
            }
        };
    }
}

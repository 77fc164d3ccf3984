//! The trait that `#[remote]` is on.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use syn::{Ident, ItemTrait, Meta, TraitItem};

use super::method::Method;
use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

/// The options of `#[remote]` on a trait, each with an example.
const OPTIONS: &[&str] = &[
    "binding = \"BILLING\"",
    "service = \"BILLING\"",
    "crate = path",
];

pub(super) struct Interface {
    /// The trait without marks.
    pub(super) item: ItemTrait,
    pub(super) krate: TokenStream,
    pub(super) binding: String,
    pub(super) is_service: bool,
    pub(super) methods: Vec<Method>,
}

impl Interface {
    pub(super) fn parse(
        arguments: TokenStream,
        mut item: ItemTrait,
        mistakes: &mut Mistakes,
    ) -> Self {
        let options = attributes::options(arguments, OPTIONS, mistakes);
        let krate = attributes::core_path(&options, mistakes);
        let (binding, service) = (option(&options, "binding"), option(&options, "service"));
        if let (Some(_), Some(service)) = (binding, service) {
            mistakes.add(service, Mistake::BindingAndService);
        }
        if !item.generics.params.is_empty() {
            mistakes.add(&item.generics, Mistake::Generics);
            item.generics = Default::default();
            item.items.clear(); // they use the parameters
        }
        if !item.supertraits.is_empty() {
            mistakes.add(&item.supertraits, Mistake::Supertrait);
            item.supertraits.clear();
        }
        Self {
            binding: name(binding.or(service), &item.ident, mistakes),
            is_service: service.is_some(),
            methods: methods(&mut item, mistakes),
            item,
            krate,
        }
    }
}

fn option<'a>(options: &'a [Meta], name: &str) -> Option<&'a Meta> {
    attributes::find(options, name)
}

/// The name of the binding: as for an actor, that of the trait in capitals if none is given.
fn name(option: Option<&Meta>, of: &Ident, mistakes: &mut Mistakes) -> String {
    if let Some(text) = option.and_then(|option| attributes::text(option, mistakes)) {
        let name = text.value();
        if syn::parse_str::<Ident>(&name).is_ok() {
            return name;
        }
        mistakes.add(text, Mistake::BindingName(&name));
    }
    of.to_string().to_shouty_snake_case()
}

/// The methods, without their marks; other items are removed, since a stub could not have them.
fn methods(item: &mut ItemTrait, mistakes: &mut Mistakes) -> Vec<Method> {
    let (of, mut methods) = (item.ident.clone(), Vec::<Method>::new());
    item.items.retain_mut(|item| {
        let TraitItem::Fn(item) = item else {
            mistakes.add(item, Mistake::NotAMethod);
            return false;
        };
        let mut method = Method::parse(item, &of, mistakes);
        let called = method.called.value();
        if methods.iter().any(|other| other.is_alike(&method)) {
            mistakes.add(&method.called, Mistake::CalledTwice(&called));
            method.call = None;
        }
        methods.push(method);
        true
    });
    methods
}

//! `#[actor]` on a struct: its fields, tables and binding.

use std::time::Duration;

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, Field, Fields, Ident, ItemStruct, Meta, MetaNameValue, Path, Token, Type,
};

use super::mistakes::Mistake;
use super::role::MARKS;
use super::sockets::SocketOptions;
use super::span::duration;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

pub(super) struct State {
    pub(super) item: ItemStruct,
    pub(super) krate: TokenStream,
    pub(super) binding: String,
    pub(super) sockets: Option<SocketOptions>,
    pub(super) wait: Option<Duration>,
    pub(super) tables: Vec<Path>,
    pub(super) migrations: Vec<Path>,
    pub(super) bindings: Option<Path>,
    pub(super) persisted: Vec<Persisted>,
}

/// The options of `#[actor]` on a struct, each with an example.
pub(super) const OPTIONS: &[&str] = &[
    "tables(Bucket, Visit)",
    "migrations(SPLIT_NAME)",
    "bindings(Bindings)",
    "binding = \"COUNTER\"",
    "sockets(path = \"/ws\")",
    "wait = \"30s\"",
    "crate = path",
];

/// A field that is marked `#[persist]`.
pub(super) struct Persisted {
    pub(super) name: Ident,
    pub(super) ty: Type,
    pub(super) conditions: Vec<Attribute>,
}

pub(super) fn parse(
    arguments: TokenStream,
    mut item: ItemStruct,
    mistakes: &mut Mistakes,
) -> State {
    let options = attributes::options(arguments, OPTIONS, mistakes);
    let krate = attributes::core_path(&options, mistakes);
    let option = |name| attributes::find(&options, name);

    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::ActorGenerics);
        // Whatever uses the parameters is removed with them, so that it causes no further errors.
        item.generics = Default::default();
        item.fields = Fields::Unit;
        item.semi_token = Some(Default::default());
    }
    if matches!(item.fields, Fields::Unnamed(_)) {
        mistakes.add(&item.fields, Mistake::ActorFields);
    }
    misplaced(&mut item, mistakes);
    State {
        binding: binding(option("binding"), &item.ident, mistakes),
        sockets: option("sockets").map(|option| SocketOptions::parse(option, mistakes)),
        wait: option("wait").and_then(|option| duration(option, mistakes)),
        tables: option("tables")
            .map(|option| paths(option, Mistake::NotTables, Mistake::TableTwice, mistakes))
            .unwrap_or_default(),
        migrations: option("migrations")
            .map(|option| {
                paths(
                    option,
                    Mistake::NotMigrations,
                    Mistake::MigrationTwice,
                    mistakes,
                )
            })
            .unwrap_or_default(),
        bindings: option("bindings").and_then(|option| bindings(option, mistakes)),
        persisted: item
            .fields
            .iter_mut()
            .filter_map(|field| persisted(field, mistakes))
            .collect(),
        item,
        krate,
    }
}

/// Removes the marks of methods.
fn misplaced(item: &mut ItemStruct, mistakes: &mut Mistakes) {
    let fields = item.fields.iter_mut().map(|field| &mut field.attrs);
    for attributes in fields.chain([&mut item.attrs]) {
        for mark in MARKS {
            for attribute in attributes::take(attributes, mark) {
                mistakes.add(&attribute, Mistake::MarkNotOnMethod { mark });
            }
        }
    }
}

fn binding(option: Option<&Meta>, actor: &Ident, mistakes: &mut Mistakes) -> String {
    if let Some(text) = option.and_then(|option| attributes::text(option, mistakes)) {
        let name = text.value();
        if syn::parse_str::<Ident>(&name).is_ok() {
            return name;
        }
        mistakes.add(text, Mistake::BindingName(&name));
    }
    actor.to_string().to_shouty_snake_case()
}

/// The paths that an option lists, each once.
fn paths(
    option: &Meta,
    form: Mistake<'_>,
    twice: Mistake<'_>,
    mistakes: &mut Mistakes,
) -> Vec<Path> {
    let parse = Punctuated::<Path, Token![,]>::parse_terminated;
    let listed = match option {
        Meta::List(list) => parse.parse2(list.tokens.clone()).ok(),
        _ => None,
    };
    let Some(listed) = listed else {
        mistakes.add(option, form);
        return match option {
            Meta::NameValue(MetaNameValue {
                value: Expr::Path(path),
                ..
            }) => vec![path.path.clone()],
            _ => Vec::new(),
        };
    };
    let mut paths: Vec<Path> = Vec::new();
    let text = |path: &Path| path.to_token_stream().to_string();
    for path in listed {
        if paths.iter().any(|other| text(other) == text(&path)) {
            mistakes.add(&path, twice);
        } else {
            paths.push(path);
        }
    }
    paths
}

/// The one struct that the option names.
fn bindings(option: &Meta, mistakes: &mut Mistakes) -> Option<Path> {
    let (form, count) = (Mistake::NotBindings, mistakes.count());
    let mut listed = paths(option, form, form, mistakes).into_iter();
    let first = listed.next();
    if mistakes.count() == count && (first.is_none() || listed.next().is_some()) {
        mistakes.add(option, form);
    }
    first
}

/// The field, if it is marked `#[persist]`.
fn persisted(field: &mut Field, mistakes: &mut Mistakes) -> Option<Persisted> {
    let marks = attributes::take(&mut field.attrs, "persist");
    let mark = marks.first()?;
    if mark.meta.require_path_only().is_err() {
        mistakes.add(mark, Mistake::PersistArguments);
    }
    if let Some(second) = marks.get(1) {
        mistakes.add(second, Mistake::MarkTwice { mark: "persist" });
    }
    Some(Persisted {
        name: field.ident.clone()?,
        ty: field.ty.clone(),
        conditions: attributes::conditions(&field.attrs),
    })
}

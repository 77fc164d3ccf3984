//! `#[actor]` on a struct: its fields, tables and binding.

use std::time::Duration;

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Expr, Field, Fields, GenericArgument, Ident, ItemStruct, Meta, MetaNameValue, Path,
    PathArguments, Token, Type,
};

use super::alarm;
use super::method::MARKS;
use super::sockets::SocketOptions;

use crate::attributes;
use crate::checks::{self, carry, check, probe};
use crate::mistakes::{Mistake, Mistakes};

struct State {
    item: ItemStruct,
    krate: TokenStream,
    binding: String,
    sockets: Option<SocketOptions>,
    wait: Option<Duration>,
    tables: Vec<Path>,
    migrations: Vec<Path>,
    persisted: Vec<Persisted>,
}

/// The options of `#[actor]` on a struct, each as an example.
pub(super) const OPTIONS: &[&str] = &[
    "tables(Bucket, Visit)",
    "migrations(SPLIT_NAME)",
    "binding = \"COUNTER\"",
    "sockets(path = \"/ws\")",
    "wait = \"30s\"",
    "crate = path",
];

/// A field that is marked `#[persist]`.
struct Persisted {
    name: Ident,
    ty: Type,
    conditions: Vec<Attribute>,
}

pub(crate) fn expand(arguments: TokenStream, item: ItemStruct) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let state = parse(arguments, item, &mut mistakes);
    let item = &state.item;
    let expanded = state.expand(mistakes.is_empty());
    mistakes.and(quote!(#item #expanded))
}

fn parse(arguments: TokenStream, mut item: ItemStruct, mistakes: &mut Mistakes) -> State {
    let options = attributes::options(arguments, OPTIONS, mistakes);
    let krate = attributes::core_path(&options, mistakes);
    let option = |name| attributes::find(&options, name);

    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::ActorGenerics);
        // What mentions the parameters goes with them, so that nothing misses them.
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
        wait: option("wait").and_then(|option| alarm::duration(option, mistakes)),
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
        persisted: item
            .fields
            .iter_mut()
            .filter_map(|field| persisted(field, mistakes))
            .collect(),
        item,
        krate,
    }
}

/// Takes away the marks of methods.
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

/// What an option names, each once.
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
        conditions: attributes::conditions(&field.attrs)
            .into_iter()
            .cloned()
            .collect(),
    })
}

impl State {
    fn expand(&self, is_right: bool) -> TokenStream {
        let Self {
            item,
            krate,
            binding,
            sockets,
            wait,
            tables,
            migrations,
            persisted,
        } = self;
        let wait = wait.map(|wait| {
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            quote!(const WAIT: #krate::Duration = #krate::Duration::from_millis(#millis);)
        });
        let ident = &item.ident;
        let parents = tables.iter().map(|table| {
            let ident = Ident::new(&ident.to_string(), table.span());
            quote_spanned! {table.span()=>
                const _: fn() = || {
                    #krate::__private::has_parents::<#ident, _>(<#table>::__parents())
                };
            }
        });
        let sockets = match sockets {
            Some(sockets) => sockets.expand(krate),
            None => quote!(::core::option::Option::None),
        };
        let vis = &item.vis;
        let stub = stub_name(ident);
        let name = ident.unraw().to_string();
        let stub_docs = format!("A typed client of one [`{name}`], from `{name}::get`.");
        let initial = item.fields.iter().map(|field| initial(field, krate));
        let fresh = match &item.fields {
            Fields::Unnamed(_) => quote!(::core::unreachable!()), // a mistake
            _ => quote!(Self { #(#initial),* }),
        };
        let save = persisted.iter().map(|field| field.save(krate));
        let load = persisted.iter().map(|field| field.load(krate));
        let checks = item.fields.iter().map(|field| check_initial(field, krate));
        let checks = checks.chain(persisted.iter().map(|field| field.check(krate)));
        let prelude = checks::prelude(krate);
        let is = is(ident, is_right, krate);
        quote! {
            #[doc = #stub_docs]
            #[allow(dead_code)]
            #vis type #stub = <
                <#ident as #krate::State>::Is as #krate::__private::Reached<#ident>
            >::Stub;

            const _: () = {
                #prelude
                #(#checks)*
                #(#parents)*

                impl #krate::State for #ident {
                    const NAME: &'static str = #name;
                    const BINDING: &'static str = #binding;
                    const SOCKETS: ::core::option::Option<
                        &'static #krate::__private::SocketOptions,
                    > = #sockets;
                    const TABLES: &'static [#krate::sql::TableDef] =
                        &[#(<#tables as #krate::sql::Table>::TABLE),*];
                    const MIGRATIONS: &'static [#krate::sql::Migration] = &[#(#migrations),*];
                    #wait
                    type Is = #is;

                    fn fresh() -> Self {
                        #fresh
                    }

                    #[allow(unused_variables)]
                    fn save(&self, saver: &mut #krate::Saver) -> #krate::Result<()> {
                        #(#save)*
                        ::core::result::Result::Ok(())
                    }

                    #[allow(unused_variables)]
                    fn load(&mut self, loader: &mut #krate::Loader<'_>) -> #krate::Result<()> {
                        #(#load)*
                        ::core::result::Result::Ok(())
                    }
                }
            };

            #(impl #krate::sql::HasTable<#tables> for #ident {})*
        }
    }
}

pub(super) fn stub_name(actor: &Ident) -> Ident {
    format_ident!("{actor}Stub")
}

pub(super) fn schedule_name(actor: &Ident) -> Ident {
    format_ident!("{actor}Schedule")
}

/// Whether the struct has handlers, which is an error if it has not.
fn is(ident: &Ident, is_right: bool, krate: &TokenStream) -> TokenStream {
    let has = checks::probe("ACTOR", ident, krate);
    match is_right {
        true => quote! {
            #krate::__private::If<{ <#ident as #krate::__private::Handled<{ #has }>>::IS_SO }>
        },
        false => quote!(#krate::__private::If<{ #has }>),
    }
}

/// The field and its default.
fn initial(field: &Field, krate: &TokenStream) -> TokenStream {
    let conditions = attributes::conditions(&field.attrs);
    let name = &field.ident;
    let carrier = carry("DEFAULT", &field.ty, krate);
    quote!(#(#conditions)* #name: #carrier::back(::core::default::Default::default()))
}

fn check_initial(field: &Field, krate: &TokenStream) -> TokenStream {
    let conditions = attributes::conditions(&field.attrs);
    let check = check("Initial", &field.ty, "DEFAULT", &field.ty, krate);
    quote!(#(#conditions)* #check)
}

/// The part of a type that is called like one that can change behind `&self` though no
/// marker of the language says so.
fn locks(ty: &Type) -> Option<Type> {
    const LOCKS: &[&str] = &["Mutex", "RwLock", "OnceLock", "LazyLock"];
    let path = match ty {
        Type::Path(path) => path,
        Type::Tuple(tuple) => return tuple.elems.iter().find_map(locks),
        Type::Array(array) => return locks(&array.elem),
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let name = last.ident.to_string();
    if LOCKS.contains(&&*name) || name.starts_with("Atomic") {
        return Some(ty.clone());
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => locks(ty),
        _ => None,
    })
}

impl Persisted {
    fn check(&self, krate: &TokenStream) -> TokenStream {
        let conditions = &self.conditions;
        let (ty, persisted) = (
            &self.ty,
            check("Persisted", &self.ty, "SERDE", &self.ty, krate),
        );
        let still = match locks(ty) {
            Some(lock) => check("Still", &lock, "UNLOCKED", &lock, krate),
            None => {
                // One that can't be stored at all is told so, and no more.
                let (still, stored) = (probe("STILL", ty, krate), probe("SERDE", ty, krate));
                quote!(const _: () = <#ty as #krate::__private::Still<{ #still || !#stored }>>::CHECKED;)
            }
        };
        quote!(#(#conditions)* #persisted #(#conditions)* #still)
    }

    fn save(&self, krate: &TokenStream) -> TokenStream {
        let (field, conditions) = (&self.name, &self.conditions);
        let name = field.unraw().to_string();
        let carrier = carry("PERSIST", &self.ty, krate);
        quote!(#(#conditions)* saver.field(#name, #carrier::view(&self.#field))?;)
    }

    fn load(&self, krate: &TokenStream) -> TokenStream {
        let (field, conditions) = (&self.name, &self.conditions);
        let name = field.unraw().to_string();
        let carrier = carry("PERSIST", &self.ty, krate);
        quote!(#(#conditions)* loader.field(#name, #carrier::view_mut(&mut self.#field))?;)
    }
}

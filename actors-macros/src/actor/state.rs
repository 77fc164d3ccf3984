//! `#[actor]` on a struct: its fields, tables and binding.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Field, Fields, Ident, ItemStruct, Meta, Path, Token};

use crate::attributes;
use crate::mistakes::{Mistake, Mistakes};

struct State {
    item: ItemStruct,
    krate: TokenStream,
    binding: String,
    tables: Vec<Path>,
    persisted: Vec<Ident>,
}

pub(crate) fn expand(arguments: TokenStream, item: ItemStruct) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let state = parse(arguments, item, &mut mistakes);
    let item = &state.item;
    let expanded = state.expand();
    mistakes.and(quote!(#item #expanded))
}

fn parse(arguments: TokenStream, mut item: ItemStruct, mistakes: &mut Mistakes) -> State {
    let options = attributes::options(arguments, &["tables", "binding", "crate"], mistakes);
    let krate = attributes::core_path(&options, mistakes);
    let option = |name| {
        options
            .iter()
            .find(|option| attributes::name(option) == name)
    };

    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::ActorGenerics);
        item.generics = Default::default();
    }
    if matches!(item.fields, Fields::Unnamed(_)) {
        mistakes.add(&item.fields, Mistake::ActorFields);
        item.fields = Fields::Unit;
    }
    State {
        binding: binding(option("binding"), &item.ident, mistakes),
        tables: option("tables")
            .map(|option| tables(option, mistakes))
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

fn tables(option: &Meta, mistakes: &mut Mistakes) -> Vec<Path> {
    let parsed = option.require_list().and_then(|list| {
        Punctuated::<Path, Token![,]>::parse_terminated.parse2(list.tokens.clone())
    });
    match parsed {
        Ok(paths) => paths.into_iter().collect(),
        Err(_) => {
            mistakes.add(option, Mistake::NotTables);
            Vec::new()
        }
    }
}

/// The field's name, if it is marked `#[persist]`.
fn persisted(field: &mut Field, mistakes: &mut Mistakes) -> Option<Ident> {
    let marks = attributes::take(&mut field.attrs, "persist");
    let mark = marks.first()?;
    if mark.meta.require_path_only().is_err() {
        mistakes.add(mark, Mistake::PersistArguments);
    }
    field.ident.clone()
}

impl State {
    fn expand(&self) -> TokenStream {
        let Self {
            item,
            krate,
            binding,
            tables,
            persisted,
        } = self;
        let ItemStruct { ident, vis, .. } = item;
        let (stub, schedule) = (stub_name(ident), schedule_name(ident));
        let name = ident.to_string();
        let stub_docs = format!("A typed client of one [`{name}`], from `{name}::get`.");
        let schedule_docs = format!("An alarm of a [`{name}`], before it is said which.");
        let defaults = item.fields.iter().map(default);
        let (save, load): (Vec<_>, Vec<_>) = persisted.iter().map(save_and_load).unzip();
        quote! {
            #[doc = #stub_docs]
            #vis struct #stub(#krate::__private::Stub);

            impl ::core::convert::From<#krate::__private::Stub> for #stub {
                fn from(stub: #krate::__private::Stub) -> Self {
                    Self(stub)
                }
            }

            #[doc = #schedule_docs]
            #vis struct #schedule<'a>(#krate::__private::Plan<'a, #ident>);

            impl<'a> ::core::convert::From<#krate::__private::Plan<'a, #ident>> for #schedule<'a> {
                fn from(plan: #krate::__private::Plan<'a, #ident>) -> Self {
                    Self(plan)
                }
            }

            impl #krate::State for #ident {
                const NAME: &'static str = #name;
                const BINDING: &'static str = #binding;
                const TABLES: &'static [#krate::sql::TableDef] =
                    &[#(<#tables as #krate::sql::Table>::TABLE),*];

                fn fresh() -> Self {
                    Self { #(#defaults),* }
                }

                #[allow(unused_variables)]
                fn save(&self, saver: &mut #krate::Saver) -> #krate::Result<()> {
                    #(#save)*
                    ::core::result::Result::Ok(())
                }

                #[allow(unused_variables)]
                fn load(&mut self, loader: &mut #krate::Loader) -> #krate::Result<()> {
                    #(#load)*
                    ::core::result::Result::Ok(())
                }
            }

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

fn default(field: &Field) -> TokenStream {
    let conditions = attributes::conditions(&field.attrs);
    let name = &field.ident;
    // At the type, so that a missing `Default` is reported there.
    let value = quote_spanned!(field.ty.span()=> ::core::default::Default::default());
    quote!(#(#conditions)* #name: #value)
}

fn save_and_load(field: &Ident) -> (TokenStream, TokenStream) {
    let name = field.unraw().to_string();
    (
        quote_spanned!(field.span()=> saver.field(#name, &self.#field)?;),
        quote_spanned!(field.span()=> loader.field(#name, &mut self.#field)?;),
    )
}

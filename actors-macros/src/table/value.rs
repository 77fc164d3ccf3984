//! `#[derive(SqlValue)]`: an enum without fields as text, a struct around one value as
//! that value.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, Fields, Ident, LitStr, Member, Meta, Type, Variant};

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::facts::{self, Check, Fact};
use crate::common::mistakes::Mistakes;

pub(crate) fn expand(item: DeriveInput) -> TokenStream {
    Mistakes::expand(|mistakes| value(item, mistakes))
}

fn value(mut item: DeriveInput, mistakes: &mut Mistakes) -> TokenStream {
    let marks = attributes::take(&mut item.attrs, "sql");
    let options = attributes::options(attributes::arguments(&marks), &["crate = path"], mistakes);
    let krate = attributes::core_path(&options, mistakes);
    let ident = &item.ident;
    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::ValueGenerics);
        return TokenStream::new();
    }
    match &item.data {
        Data::Enum(data) if !data.variants.is_empty() => text(ident, data, &krate, mistakes),
        Data::Struct(data) if data.fields.len() == 1 => {
            let fields = data.fields.members().zip(&data.fields);
            let fields =
                fields.map(|(member, field)| transparent(ident, &member, &field.ty, &krate));
            fields.collect()
        }
        _ => {
            mistakes.add(ident, Mistake::NotAValue);
            stand_in(ident, &krate)
        }
    }
}

/// An enum, stored as its variants' names.
fn text(
    ident: &Ident,
    data: &DataEnum,
    krate: &TokenStream,
    mistakes: &mut Mistakes,
) -> TokenStream {
    let mut texts: Vec<String> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            mistakes.add(&variant.fields, Mistake::VariantFields);
        }
        let text = variant_text(variant, mistakes);
        if texts.contains(&text) {
            mistakes.add(&variant.ident, Mistake::VariantTwice(&text));
        }
        texts.push(text);
    }
    if !mistakes.is_empty() {
        return stand_in(ident, krate);
    }
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let listed = texts.join("`, `");
    let name = ident.to_string();
    let to_sql = quote! {
        ::core::result::Result::Ok(#krate::sql::Value::Text(::std::borrow::Cow::Borrowed(match self {
            #(Self::#variants => #texts,)*
        })))
    };
    let from_sql = quote! {
        match &*cell.text()? {
            #(#texts => ::core::result::Result::Ok(Self::#variants),)*
            other => ::core::result::Result::Err(#krate::__private::no_variant(
                #name, #listed, other,
            )),
        }
    };
    let consts = quote! {
        const TYPE: &'static str = "TEXT";
        const TEXTS: &'static [&'static str] = &[#(#texts),*];
    };
    let in_list = quote!(#krate::__private::If<true>);
    implement(ident, &to_sql, &from_sql, &consts, &in_list, krate)
}

fn variant_text(variant: &Variant, mistakes: &mut Mistakes) -> String {
    for attribute in &variant.attrs {
        if !attribute.path().is_ident("sql") {
            continue;
        }
        let Meta::List(list) = &attribute.meta else {
            mistakes.add(attribute, Mistake::VariantOption);
            continue;
        };
        let known = &["name = \"in_progress\""];
        let options = attributes::options(list.tokens.clone(), known, mistakes);
        let text = options
            .first()
            .and_then(|name| attributes::text(name, mistakes));
        if let Some(text) = text.map(LitStr::value) {
            return text;
        }
    }
    variant.ident.unraw().to_string().to_snake_case()
}

/// A struct around one value, stored as that.
fn transparent(ident: &Ident, member: &Member, ty: &Type, krate: &TokenStream) -> TokenStream {
    let carrier = Fact::Stored.carry(ty, krate);
    let to_sql = quote!(#krate::sql::ToSql::to_sql(#carrier::view(&self.#member)));
    let from_sql = quote! {
        ::core::result::Result::Ok(Self {
            #member: #carrier::back(<#carrier::Type as #krate::sql::FromSql>::from_sql(cell)?),
        })
    };
    let consts = quote! {
        const TYPE: &'static str = <#carrier::Type as #krate::sql::SqlValue>::TYPE;
        const TEXTS: &'static [&'static str] = <#carrier::Type as #krate::sql::SqlValue>::TEXTS;
    };
    let prelude = facts::prelude(krate);
    let check = Check::AsColumn.of(ty, krate);
    let in_list = Fact::InList.choose(ty, krate);
    let implementation = implement(ident, &to_sql, &from_sql, &consts, &in_list, krate);
    quote! {
        const _: () = {
            #prelude
            #check
            #implementation
        };
    }
}

/// Replaces what can't be derived, so that uses of the type cause no further errors.
fn stand_in(ident: &Ident, krate: &TokenStream) -> TokenStream {
    let unreachable = quote!(::core::unreachable!());
    implement(
        ident,
        &unreachable,
        &unreachable,
        &quote!(
            const TYPE: &'static str = "TEXT";
        ),
        &quote!(#krate::__private::If<true>),
        krate,
    )
}

fn implement(
    ident: &Ident,
    to_sql: &TokenStream,
    from_sql: &TokenStream,
    consts: &TokenStream,
    in_list: &TokenStream,
    krate: &TokenStream,
) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #krate::sql::ToSql for #ident {
            type Kind = Self;

            fn to_sql(&self) -> #krate::Result<#krate::sql::Value<'_>> {
                #to_sql
            }
        }

        #[automatically_derived]
        impl #krate::sql::FromSql for #ident {
            #[allow(unused_variables)]
            fn from_sql(cell: #krate::Cell<'_>) -> #krate::Result<Self> {
                #from_sql
            }
        }

        #[automatically_derived]
        impl #krate::sql::SqlValue for #ident {
            #consts
        }

        #[automatically_derived]
        impl #krate::sql::MayBeInList for #ident {
            type Is = #in_list;
        }

        #[automatically_derived]
        impl #krate::sql::FromRow for #ident {
            const WIDTH: usize = 1;

            fn from_row(row: &#krate::sql::Row<'_>) -> #krate::Result<Self> {
                row.get(0)
            }
        }
    }
}

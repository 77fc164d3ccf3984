//! `#[derive(FromRow)]`: a struct that rows of a statement are read as.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Fields};

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;
use crate::common::types::is_option;
use crate::reflection::callback::callback;
use crate::reflection::columns::{Column, Columns, Reflection};

const OPTIONS: &[&str] = &["crate = path"];

pub(crate) fn expand(item: DeriveInput) -> TokenStream {
    Mistakes::expand(|mistakes| row(item, mistakes))
}

fn row(mut item: DeriveInput, mistakes: &mut Mistakes) -> TokenStream {
    let marks = attributes::take(&mut item.attrs, "sql");
    let options = attributes::options(attributes::arguments(&marks), OPTIONS, mistakes);
    let krate = attributes::core_path(&options, mistakes);
    let fields: Vec<Field> = match item.data {
        Data::Struct(data) => match data.fields {
            Fields::Named(fields) => fields.named.into_iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    if fields.is_empty() {
        mistakes.add(&item.ident, Mistake::RowFields);
    }
    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::RowGenerics);
    }
    match mistakes.is_empty() {
        true => from_row(&krate, &item.ident, &fields),
        false => TokenStream::new(),
    }
}

fn from_row(krate: &TokenStream, ident: &syn::Ident, fields: &[Field]) -> TokenStream {
    let idents: Vec<_> = fields
        .iter()
        .filter_map(|field| field.ident.as_ref())
        .collect();
    let names: Vec<_> = idents
        .iter()
        .map(|ident| ident.unraw().to_string())
        .collect();
    let read = fields.iter().zip(&idents).enumerate();
    let read = read
        .map(|(index, (field, ident))| quote_spanned!(field.ty.span()=> #ident: row.get(#index)?));
    let reflection = Reflection {
        columns: (fields.iter().zip(&names))
            .map(|(field, name)| reflection(field, name))
            .collect(),
        ..Reflection::default()
    };
    let columns = Columns::new(krate.clone(), reflection);
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let callback = callback(ident, &columns, &types);
    let width = fields.len();
    quote! {
        #[automatically_derived]
        impl #krate::sql::FromRow for #ident {
            const WIDTH: usize = #width;
            const NAMES: &'static [&'static str] = &[#(#names),*];

            fn from_row(row: &#krate::sql::Row<'_>) -> #krate::Result<Self> {
                ::core::result::Result::Ok(Self { #(#read),* })
            }
        }

        #callback
    }
}

fn reflection(field: &Field, name: &str) -> Column {
    Column {
        name: name.to_owned(),
        is_nullable: is_option(&field.ty),
        is_required: false,
        is_generated: false,
        is_json: false,
        is_time: false,
    }
}

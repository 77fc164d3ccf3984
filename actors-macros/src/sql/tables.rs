//! What `#[sql_table]` and `#[derive(FromRow)]` tell about a struct, by the macro of the
//! struct's name (`table/callback.rs` writes it).

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitBool, LitStr, Path, bracketed, parenthesized};

/// A struct whose fields are columns: of a table, or of rows alone.
pub(crate) struct Columns {
    /// The path of `actors-core` there.
    pub(crate) krate: TokenStream,
    /// The table's name and the statements that make it; none for rows alone.
    pub(crate) table: Option<(String, Vec<String>)>,
    pub(crate) columns: Vec<Column>,
}

/// A table that a statement names.
pub(crate) struct Table {
    pub(crate) path: Path,
    pub(crate) name: String,
    pub(crate) create: Vec<String>,
    pub(crate) columns: Vec<Column>,
}

#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) is_nullable: bool,
    /// Whether an INSERT must name it.
    pub(crate) is_required: bool,
    /// Whether its values are computed, and never written.
    pub(crate) is_generated: bool,
}

impl Table {
    /// The positions of the columns that an INSERT writes.
    pub(crate) fn written(&self) -> Vec<usize> {
        let written = |index: &usize| !self.columns[*index].is_generated;
        (0..self.columns.len()).filter(written).collect()
    }
}

impl Parse for Columns {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate;
        bracketed!(krate in input);
        let krate = krate.parse()?;
        let kind: Ident = input.parse()?;
        let table = if kind == "table" {
            let name: LitStr = input.parse()?;
            let statements;
            bracketed!(statements in input);
            let statements =
                statements.parse_terminated(<LitStr as Parse>::parse, syn::Token![,])?;
            Some((name.value(), statements.iter().map(LitStr::value).collect()))
        } else {
            None
        };
        let list;
        bracketed!(list in input);
        let mut columns = Vec::new();
        while !list.is_empty() {
            columns.push(list.parse()?);
        }
        Ok(Self {
            krate,
            table,
            columns,
        })
    }
}

impl ToTokens for Columns {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { krate, columns, .. } = self;
        tokens.extend(match &self.table {
            Some((name, create)) => quote!([#krate] table #name [#(#create),*] [#(#columns)*]),
            None => quote!([#krate] row [#(#columns)*]),
        });
    }
}

impl Parse for Column {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let name: LitStr = content.parse()?;
        let flag = || content.parse().map(|flag: LitBool| flag.value);
        Ok(Self {
            name: name.value(),
            is_nullable: flag()?,
            is_required: flag()?,
            is_generated: flag()?,
        })
    }
}

impl ToTokens for Column {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            name,
            is_nullable,
            is_required,
            is_generated,
        } = self;
        tokens.extend(quote!((#name #is_nullable #is_required #is_generated)));
    }
}

//! `migration!`: a change of tables, written by hand.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Path, Token, Visibility};

use crate::mistakes::{Mistake, Mistakes};

/// `/// docs` `pub NAME: Before, OtherBefore => "statements"`
struct Migration {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    before: Vec<Path>,
    sql: LitStr,
}

impl Parse for Migration {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let mut before = Vec::new();
        while !input.peek(Token![=>]) {
            before.push(input.parse()?);
            if !input.peek(Token![=>]) {
                input.parse::<Token![,]>()?;
            }
        }
        input.parse::<Token![=>]>()?;
        let sql = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        input.parse::<Option<Token![;]>>()?;
        if !input.is_empty() {
            return Err(input.error("the migration ends here"));
        }
        Ok(Self {
            attributes,
            visibility,
            name,
            before,
            sql,
        })
    }
}

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let krate = quote!(::actors_core);
    let mut mistakes = Mistakes::default();
    let migration = match syn::parse2::<Migration>(input) {
        Ok(migration) => migration,
        Err(error) => {
            mistakes.add_error(syn::Error::new(error.span(), Mistake::MigrationForm));
            return mistakes.and(TokenStream::new());
        }
    };
    if migration.sql.value().trim().is_empty() {
        mistakes.add(&migration.sql, Mistake::MigrationEmpty);
    }
    let Migration {
        attributes,
        visibility,
        name,
        before,
        sql,
    } = &migration;
    let id = name.unraw().to_string();
    mistakes.and(quote! {
        #(#attributes)*
        #visibility const #name: #krate::sql::Migration = #krate::sql::Migration {
            id: #id,
            before: &[#(<#before as #krate::sql::Table>::TABLE),*],
            sql: #sql,
        };
    })
}

//! A field of a table's struct: what is required of its type, how it is bound and read.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, parse_quote};

use super::column::Column;
use crate::common::facts::{Check, Fact};

impl Column {
    /// The column's type in the tables that statements are checked against.
    pub(super) fn checked_type(&self) -> &'static str {
        match self.auto {
            Some(_) => "INTEGER",
            None => self.sql_type.unwrap_or("ANY"),
        }
    }

    /// What is required of the field's type, if its name does not tell.
    pub(super) fn checks(&self, krate: &TokenStream) -> TokenStream {
        let value = &self.value;
        if self.is_json {
            return Check::AsJson.of(value, krate);
        }
        if self.sql_type.is_none() {
            return TokenStream::new(); // a mistake
        }
        let is_column = Check::AsColumn.of(value, krate);
        let default = self.default.as_ref().map(|default| {
            let (sql_type, text, carried) = (default.sql_type, &default.text, self.carried(krate));
            let span = default.place.span();
            let name = format_ident!("__Default_{}", self.name, span = span);
            quote! {
                type #name = #value;
                const _: () = <#name as #krate::__private::AsDefault<{
                    #krate::__private::is_default::<#carried>(#sql_type, #text)
                }>>::CHECKED;
            }
        });
        let references = self.references.as_ref().map(|references| {
            let (name, path) = (self.parent_name(), &references.parent);
            let is_table = Check::AsParent.of(&parse_quote!(#name), krate);
            let key = quote_spanned! {value.span()=>
                const _: fn() = || {
                    #krate::__private::same_key::<#value, _>(#name::__key())
                };
            };
            quote!(type #name = #path; #is_table #key)
        });
        let auto = self.auto.as_ref().map(|_| {
            let carried = self.carried(krate);
            quote! {
                const _: () = <#value as #krate::__private::AsId<{
                    #krate::__private::is_integer::<#carried>()
                }>>::CHECKED;
            }
        });
        quote!(#is_column #default #references #auto)
    }

    /// The name of the referenced table in generated code, where its path is written once.
    pub(super) fn parent_name(&self) -> Ident {
        let span = match &self.references {
            Some(references) => references.parent.span(),
            None => self.ident.span(),
        };
        format_ident!("__Parent_{}", self.name, span = span)
    }

    /// The name and key of that table, if it is one.
    pub(super) fn parent(&self, krate: &TokenStream) -> TokenStream {
        let name = self.parent_name();
        let is_table = Fact::Keyed.choose(&name, krate);
        quote!(<#is_table as #krate::__private::Parent<#name>>)
    }

    /// The type that replaces the field's in generated code.
    pub(super) fn carried(&self, krate: &TokenStream) -> TokenStream {
        let value = &self.value;
        if self.sql_type != Some("ANY") {
            return quote!(#value);
        }
        let carrier = Fact::Stored.carry(value, krate);
        quote!(#carrier::Type)
    }

    /// The conversion of a value of [`Self::carried`] into the field's type.
    pub(super) fn carried_back(&self, krate: &TokenStream) -> TokenStream {
        if self.sql_type != Some("ANY") {
            return quote!(::core::convert::identity);
        }
        let carrier = Fact::Stored.carry(&self.value, krate);
        quote!(#carrier::back)
    }

    /// The value that is bound when the row is stored.
    pub(super) fn bind(&self, krate: &TokenStream) -> TokenStream {
        let value = self.bind_as_it_is(krate);
        match self.auto {
            Some(_) => quote!(#krate::__private::auto_id(#value)),
            None => value,
        }
    }

    pub(super) fn bind_as_it_is(&self, krate: &TokenStream) -> TokenStream {
        let ident = &self.ident;
        let value = &self.value;
        if self.sql_type.is_none() {
            return quote!(#krate::sql::Value::Null); // a mistake
        }
        let (to, carrier) = match (self.is_json, self.sql_type) {
            (true, _) => (
                quote!(#krate::__private::to_json),
                Fact::Serde.carry(value, krate),
            ),
            (false, Some("ANY")) => (
                quote!(#krate::sql::ToSql::to_sql),
                Fact::Stored.carry(value, krate),
            ),
            (false, _) => {
                return quote_spanned!(value.span()=> #krate::sql::ToSql::to_sql(&self.#ident)?);
            }
        };
        match self.is_nullable {
            false => quote_spanned!(value.span()=> #to(#carrier::view(&self.#ident))?),
            true => quote_spanned! {value.span()=>
                match &self.#ident {
                    ::core::option::Option::Some(value) => #to(#carrier::view(value))?,
                    ::core::option::Option::None => #krate::sql::Value::Null,
                }
            },
        }
    }

    pub(super) fn read(&self, index: usize, krate: &TokenStream) -> TokenStream {
        let ident = &self.ident;
        let value = &self.value;
        let span = value.span();
        if self.sql_type.is_none() {
            return quote!(#ident: ::core::unreachable!()); // a mistake
        }
        let (carrier, stored, inner) = match (self.is_json, self.sql_type) {
            (true, _) => {
                let carrier = Fact::Serde.carry(value, krate);
                let stored = quote!(#krate::sql::Json<#carrier::Type>);
                (carrier, stored, quote!(value.0))
            }
            (false, Some("ANY")) => {
                let carrier = Fact::Stored.carry(value, krate);
                let stored = quote!(#carrier::Type);
                (carrier, stored, quote!(value))
            }
            (false, _) => return quote_spanned!(span=> #ident: row.get(#index)?),
        };
        let stored = match self.is_nullable {
            false => quote!(#stored),
            true => quote!(::core::option::Option<#stored>),
        };
        let back = match self.is_nullable {
            false => quote!({ let value = value; #carrier::back(#inner) }),
            true => quote!(value.map(|value| #carrier::back(#inner))),
        };
        quote_spanned! {span=>
            #ident: {
                let value = row.get::<#stored>(#index)?;
                #back
            }
        }
    }
}

//! `#[sql_table]`: the model in `model.rs`, its SQL in `ddl.rs`, its Rust here.

pub(crate) mod callback;
mod ddl;
mod model;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Fields, ItemStruct};

use self::callback::FieldType;
pub(crate) use self::model::is_option;
use self::model::{Column, Table};
use crate::mistakes::Mistakes;
use crate::sql::{self, Columns};

pub(crate) fn expand(arguments: TokenStream, item: ItemStruct) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let table = Table::parse(arguments, item, &mut mistakes);
    let item = &table.item;
    let expanded = table.expand();
    mistakes.and(quote!(#item #expanded))
}

impl Table {
    fn expand(&self) -> TokenStream {
        let Self {
            krate,
            name,
            columns,
            ..
        } = self;
        let ident = &self.item.ident;
        let create = self.create();
        let indices = self.indices.iter().map(|index| {
            let (name, create) = (&index.name, self.create_index(index));
            quote!(#krate::sql::IndexDef { name: #name, create: #create })
        });
        let width = columns.len();
        let names = columns.iter().map(|column| &column.name);
        let fields = columns
            .iter()
            .enumerate()
            .map(|(index, column)| column.read(index));
        let row = match &self.item.fields {
            Fields::Unnamed(_) => quote!(::core::unreachable!()), // a mistake
            _ => quote!(::core::result::Result::Ok(Self { #(#fields),* })),
        };
        let helpers = self.helpers();
        let callback = self.callback();
        quote! {
            impl #krate::sql::Table for #ident {
                const TABLE: #krate::sql::TableDef = #krate::sql::TableDef {
                    name: #name,
                    create: #create,
                    indices: &[#(#indices),*],
                };
            }

            impl #krate::sql::FromRow for #ident {
                const WIDTH: usize = #width;
                const NAMES: &'static [&'static str] = &[#(#names),*];

                #[allow(unreachable_code, unused_variables)]
                fn from_row(row: &#krate::sql::Row<'_>) -> #krate::Result<Self> {
                    #row
                }
            }

            #helpers
            #callback
        }
    }

    /// The macro that tells the columns to statements.
    fn callback(&self) -> TokenStream {
        let create = std::iter::once(self.create());
        let indices = self.indices.iter().map(|index| self.create_index(index));
        let columns = Columns {
            krate: self.krate.clone(),
            table: Some((self.name.clone(), create.chain(indices).collect())),
            columns: self.columns.iter().map(Column::told).collect(),
        };
        let fields: Vec<_> = self.columns.iter().map(Column::field_type).collect();
        callback::callback(&self.item.ident, &columns, &fields)
    }

    /// `insert`, `all` and, with a primary key, the others.
    fn helpers(&self) -> TokenStream {
        let Self { krate, name, .. } = self;
        let ident = &self.item.ident;
        let vis = &self.item.vis;
        let (insert, all) = (self.insert(), self.select_all());
        let values = self.columns.iter().map(|column| column.bind(krate));
        let insert_docs = format!(
            " Stores the row in `{name}`.\n\n# Errors\n\nA row with the same key, or a value that \
             can't be stored."
        );
        let all_docs =
            format!(" All rows of `{name}`, in the order of the primary key if it has one.");
        let keyed = self
            .columns
            .iter()
            .find(|column| column.is_key)
            .map(|key| self.keyed(key));
        quote! {
            #[allow(dead_code)]
            impl #ident {
                #[doc = #insert_docs]
                #vis fn insert<A>(&self, ctx: &#krate::Ctx<A>) -> #krate::Result<()>
                where
                    A: #krate::sql::HasTable<Self>,
                {
                    ctx.sql().run(#insert, &[#(#values),*][..]).map(drop)
                }

                #[doc = #all_docs]
                #vis fn all<A>(
                    ctx: &#krate::Ctx<A>,
                ) -> #krate::Result<::std::vec::Vec<Self>>
                where
                    A: #krate::sql::HasTable<Self>,
                {
                    ctx.sql().all(#all, ())
                }

                #keyed
            }
        }
    }

    fn keyed(&self, key: &Column) -> TokenStream {
        let Self {
            krate, name, item, ..
        } = self;
        let vis = &item.vis;
        let (key_name, key_type) = (&key.ident, &key.ty);
        let (upsert, get, delete) = (self.upsert(key), self.select(key), self.delete(key));
        let values = self.columns.iter().map(|column| column.bind(krate));
        let update = self.update_helper(key);
        let upsert_docs = format!(
            " Stores the row in `{name}`, in the place of the one with its `{}`.",
            key.name
        );
        let get_docs = format!(
            " The row of `{name}` with that `{}`, if there is one.",
            key.name
        );
        let delete_docs = format!(
            " Deletes the row of `{name}` with that `{}`, and answers whether there was one.",
            key.name
        );
        quote! {
            #[doc = #upsert_docs]
            #vis fn upsert<A>(&self, ctx: &#krate::Ctx<A>) -> #krate::Result<()>
            where
                A: #krate::sql::HasTable<Self>,
            {
                ctx.sql().run(#upsert, &[#(#values),*][..]).map(drop)
            }

            #[doc = #get_docs]
            #vis fn get<A>(
                ctx: &#krate::Ctx<A>,
                #key_name: impl #krate::sql::AsSql<#key_type>,
            ) -> #krate::Result<::core::option::Option<Self>>
            where
                A: #krate::sql::HasTable<Self>,
            {
                ctx.sql().optional(#get, (#key_name,))
            }

            #update

            #[doc = #delete_docs]
            #vis fn delete<A>(
                ctx: &#krate::Ctx<A>,
                #key_name: impl #krate::sql::AsSql<#key_type>,
            ) -> #krate::Result<bool>
            where
                A: #krate::sql::HasTable<Self>,
            {
                ctx.sql().run(#delete, (#key_name,)).map(|rows| rows > 0)
            }
        }
    }

    /// `update`, where there is more than the key to update.
    fn update_helper(&self, key: &Column) -> Option<TokenStream> {
        let Self {
            krate,
            name,
            item,
            columns,
            ..
        } = self;
        let vis = &item.vis;
        let update = self.update(key)?;
        let others = columns.iter().filter(|column| !column.is_key);
        let values = others.chain([key]).map(|column| column.bind(krate));
        let docs = format!(
            " Stores the row in `{name}` if one with its `{}` is there, and answers whether it was.",
            key.name
        );
        Some(quote! {
            #[doc = #docs]
            #vis fn update<A>(&self, ctx: &#krate::Ctx<A>) -> #krate::Result<bool>
            where
                A: #krate::sql::HasTable<Self>,
            {
                ctx.sql().run(#update, &[#(#values),*][..]).map(|rows| rows > 0)
            }
        })
    }
}

impl Column {
    fn bind(&self, krate: &TokenStream) -> TokenStream {
        let ident = &self.ident;
        match self.sql_type {
            Some(_) => quote_spanned!(self.ty.span()=> #krate::sql::ToSql::to_sql(&self.#ident)?),
            None => quote!(#krate::sql::Value::Null), // a mistake
        }
    }

    fn read(&self, index: usize) -> TokenStream {
        let ident = &self.ident;
        match self.sql_type {
            Some(_) => quote_spanned!(self.ty.span()=> #ident: row.get(#index)?),
            None => quote!(#ident: ::core::unreachable!()), // a mistake
        }
    }

    /// What statements are told of it.
    fn told(&self) -> sql::Column {
        // SQLite numbers rows by itself if their key is an integer.
        let is_numbered = self.is_key && self.sql_type == Some("INTEGER");
        sql::Column {
            name: self.name.clone(),
            is_nullable: self.is_nullable,
            is_required: !self.is_nullable && !is_numbered,
            is_generated: false,
        }
    }

    fn field_type(&self) -> FieldType<'_> {
        FieldType {
            name: &self.ident,
            ty: &self.ty,
        }
    }
}

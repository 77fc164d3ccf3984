//! The Rust of a table: its definition, how its rows are read, and the helpers of its struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Fields;
use syn::ext::IdentExt;

use super::column::Column;
use super::model::Table;
use super::store;
use crate::common::facts;
use crate::common::types::last_is;
use crate::reflection::callback::callback;
use crate::reflection::columns::{self, Columns, Reflection};

impl Table {
    pub(super) fn expand(&self) -> TokenStream {
        let Self { krate, columns, .. } = self;
        let ident = &self.item.ident;
        let definition = self.definition();
        let width = columns.len();
        let names = columns.iter().map(|column| &column.name);
        let fields = columns
            .iter()
            .enumerate()
            .map(|(index, column)| column.read(index, krate));
        let row = match &self.item.fields {
            Fields::Unnamed(_) => quote!(::core::unreachable!()), // a mistake
            _ => quote!(::core::result::Result::Ok(Self { #(#fields),* })),
        };
        let checks = columns.iter().map(|column| column.checks(krate));
        let prelude = facts::prelude(krate);
        let types = self.types();
        let helpers = self.helpers();
        let callback = self.callback();
        quote! {
            #[allow(non_camel_case_types)]
            const _: () = {
                #prelude
                #(#checks)*

                #[automatically_derived]
                impl #krate::sql::Table for #ident {
                    const TABLE: #krate::sql::TableDef = #definition;
                }

                #types

                #[automatically_derived]
                impl #krate::sql::FromRow for #ident {
                    const WIDTH: usize = #width;
                    const NAMES: &'static [&'static str] = &[#(#names),*];

                    #[allow(unreachable_code, unused_variables)]
                    fn from_row(row: &#krate::sql::Row<'_>) -> #krate::Result<Self> {
                        #row
                    }
                }
            };

            #helpers
            #callback
        }
    }

    /// The macro that passes the columns on to statements.
    fn callback(&self) -> TokenStream {
        let create = std::iter::once(self.create());
        let indices = self.indices.iter().map(|index| self.create_index(index));
        let reflection = Reflection {
            table: Some(self.name.clone()),
            create: create.chain(indices).collect(),
            columns: (self.columns.iter())
                .map(|column| self.reflection(column))
                .collect(),
        };
        let columns = Columns::new(self.krate.clone(), reflection);
        let fields: Vec<_> = self
            .columns
            .iter()
            .map(|column| &column.reflection)
            .collect();
        callback(&self.item.ident, &columns, &fields)
    }

    /// What is passed on to statements about a column.
    fn reflection(&self, column: &Column) -> columns::Column {
        // SQLite generates ids automatically if the key is an integer.
        let is_key = self.key.len() == 1 && self.key_columns().all(|key| key.name == column.name);
        let is_numbered = is_key && column.checked_type() == "INTEGER" && !self.is_without_rowid;
        let is_generated = column.generated.is_some();
        let is_filled = is_numbered || is_generated || column.default.is_some();
        columns::Column {
            name: column.name.clone(),
            is_nullable: column.is_nullable,
            is_required: !column.is_nullable && !is_filled,
            is_generated,
            is_json: column.is_json || last_is(&column.value, "Json"),
            is_time: last_is(&column.value, "Timestamp"),
        }
    }

    fn definition(&self) -> TokenStream {
        let Self { krate, name, .. } = self;
        let of = self.item.ident.unraw().to_string();
        let create = self.create_parts();
        let columns = self.columns.iter().map(|column| &column.name);
        let indices = self.indices.iter().map(|index| {
            let (name, create) = (&index.name, self.create_index(index));
            quote!(#krate::sql::IndexDef { name: #name, create: #create })
        });
        let was = match &self.was {
            Some(was) => quote!(::core::option::Option::Some(#was)),
            None => quote!(::core::option::Option::None),
        };
        let renamed = self.columns.iter().filter_map(|column| {
            let (name, was) = (&column.name, column.was.as_ref()?);
            Some(quote!((#name, #was)))
        });
        quote! {
            #krate::sql::TableDef {
                of: #of,
                name: #name,
                was: #was,
                create: &[#(#create),*],
                columns: &[#(#columns),*],
                indices: &[#(#indices),*],
                renamed: &[#(#renamed),*],
            }
        }
    }

    /// The type of the primary key, and the referenced tables: they may be more private
    /// than the struct, so a trait can't name them.
    fn types(&self) -> TokenStream {
        let Self { krate, item, .. } = self;
        let ident = &item.ident;
        let referring = self.columns.iter();
        let referring = referring.filter(|column| column.references.is_some());
        let parents = referring.map(Column::parent_name);
        let types: Vec<_> = self.key_columns().map(|key| &key.ty).collect();
        let key = match types[..] {
            [] => None,
            [one] => Some(quote!(#one)),
            _ => Some(quote!((#(#types),*))),
        };
        let keyed = key.map(|key| {
            quote! {
                #[automatically_derived]
                impl #krate::sql::Keyed for #ident {}

                #[allow(dead_code, private_interfaces)]
                impl #ident {
                    #[doc(hidden)]
                    pub fn __key() -> #krate::__private::Key<#key> {
                        #krate::__private::Key(::core::marker::PhantomData)
                    }
                }
            }
        });
        quote! {
            #keyed

            #[allow(dead_code, private_interfaces)]
            impl #ident {
                #[doc(hidden)]
                pub fn __parents() -> #krate::__private::Parents<(#(#parents,)*)> {
                    #krate::__private::Parents(::core::marker::PhantomData)
                }
            }
        }
    }

    /// `insert`, `all` and, with a primary key, the others.
    fn helpers(&self) -> TokenStream {
        let Self { krate, name, .. } = self;
        let ident = &self.item.ident;
        let vis = &self.item.vis;
        let all = self.select_all();
        let store = self.store_helpers();
        let all_docs = format!(
            " Returns all rows of `{name}`, in the order of the primary key if it has \
                     one."
        );
        let keyed = (!self.key.is_empty()).then(|| self.keyed());
        quote! {
            #[allow(dead_code, private_bounds, private_interfaces)]
            impl #ident {
                #store

                #[doc = #all_docs]
                #vis fn all<A>(
                    ctx: &#krate::Ctx<A>,
                ) -> #krate::Result<::std::vec::Vec<Self>>
                where
                    A: #krate::sql::HasTable<Self>,
                {
                    #krate::__private::own_sql(ctx).all(#all, ())
                }

                #keyed
            }
        }
    }

    fn keyed(&self) -> TokenStream {
        let Self {
            krate, name, item, ..
        } = self;
        let vis = &item.vis;
        let key_names: Vec<_> = self.key_columns().map(|key| &key.ident).collect();
        let key_types: Vec<_> = self.key_columns().map(|key| &key.ty).collect();
        let keys = quote!(#(#key_names: impl #krate::sql::AsSql<#key_types>),*);
        let key_values = quote!(&[#(#krate::sql::ToSql::to_sql(&#key_names)?),*][..]);
        let (get, delete) = (self.select(), self.delete());
        let update = self.update_helper();
        let key = self.key_in_words();
        let get_docs = format!(" Returns the row of `{name}` with that {key}, if there is one.");
        let delete_docs = format!(
            " Deletes the row of `{name}` with that {key}, and returns whether there was one."
        );
        quote! {
            #[doc = #get_docs]
            #vis fn get<A>(
                ctx: &#krate::Ctx<A>,
                #keys
            ) -> #krate::Result<::core::option::Option<Self>>
            where
                A: #krate::sql::HasTable<Self>,
            {
                #krate::__private::own_sql(ctx).optional(#get, #key_values)
            }

            #update

            #[doc = #delete_docs]
            #vis fn delete<A>(
                ctx: &#krate::Ctx<A>,
                #keys
            ) -> #krate::Result<bool>
            where
                A: #krate::sql::HasTable<Self>,
            {
                let deleted = #krate::__private::own_sql(ctx).run(#delete, #key_values);
                deleted.map(|rows| rows > 0)
            }
        }
    }

    /// `update`, if there is more than the key to update.
    fn update_helper(&self) -> Option<TokenStream> {
        let Self {
            krate, name, item, ..
        } = self;
        let prelude = facts::prelude(krate);
        let vis = &item.vis;
        let update = self.update()?;
        let others = self.others().map(|column| column.bind(krate));
        let key = self.key_columns().map(|column| column.bind_as_it_is(krate));
        let values = others.chain(key);
        let docs = format!(
            " Updates the row of `{name}` with the same {}, and returns whether there was one.",
            self.key_in_words()
        );
        Some(quote! {
            #[doc = #docs]
            #vis fn update<A>(&self, ctx: &#krate::Ctx<A>) -> #krate::Result<bool>
            where
                A: #krate::sql::HasTable<Self>,
            {
                #prelude
                let updated = #krate::__private::own_sql(ctx).run(#update, &[#(#values),*][..]);
                updated.map(|rows| rows > 0)
            }
        })
    }

    /// `` `a` and `b` ``
    fn key_in_words(&self) -> String {
        let names: Vec<&str> = self.key_columns().map(|key| &*key.name).collect();
        store::in_words(&names)
    }
}

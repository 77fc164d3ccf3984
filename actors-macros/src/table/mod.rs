//! `#[sql_table]`: the model in `model.rs`, `column.rs` and `index.rs`, its SQL in
//! `ddl.rs`, what SQLite says to that in `verify.rs`, what statements are told in
//! `callback.rs`, the helpers that store rows in `store.rs`, the rest of its Rust here.

pub(crate) mod callback;
mod column;
mod ddl;
mod index;
mod model;
mod store;
#[cfg(feature = "check-sql")]
mod verify;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Fields, Ident, ItemStruct, parse_quote};

use self::column::Column;
pub(crate) use self::column::is_option;
use self::model::Table;
use crate::checks::{self, carry, check};
use crate::mistakes::Mistakes;
use crate::sql::{self, Columns, Told};

pub(crate) fn expand(arguments: TokenStream, item: ItemStruct) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let table = Table::parse(arguments, item, &mut mistakes);
    #[cfg(feature = "check-sql")]
    if mistakes.is_empty() {
        table.verify(&mut mistakes);
    }
    let item = &table.item;
    let expanded = table.expand();
    mistakes.and(quote!(#item #expanded))
}

impl Table {
    fn expand(&self) -> TokenStream {
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
        let prelude = checks::prelude(krate);
        let types = self.types();
        let helpers = self.helpers();
        let callback = self.callback();
        quote! {
            #[allow(non_camel_case_types)]
            const _: () = {
                #prelude
                #(#checks)*

                impl #krate::sql::Table for #ident {
                    const TABLE: #krate::sql::TableDef = #definition;
                }

                #types

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

    /// The macro that tells the columns to statements.
    fn callback(&self) -> TokenStream {
        let create = std::iter::once(self.create());
        let indices = self.indices.iter().map(|index| self.create_index(index));
        let told = Told {
            table: Some(self.name.clone()),
            create: create.chain(indices).collect(),
            columns: (self.columns.iter())
                .map(|column| self.told(column))
                .collect(),
        };
        let columns = Columns::new(self.krate.clone(), told);
        let fields: Vec<_> = self.columns.iter().map(|column| &column.told).collect();
        callback::callback(&self.item.ident, &columns, &fields)
    }

    /// What statements are told of a column.
    fn told(&self, column: &Column) -> sql::Column {
        // SQLite numbers rows by itself if their key is an integer.
        let is_key = self.key.len() == 1 && self.key_columns().all(|key| key.name == column.name);
        let is_numbered = is_key && column.checked_type() == "INTEGER" && !self.is_without_rowid;
        let is_generated = column.generated.is_some();
        let is_filled = is_numbered || is_generated || column.default.is_some();
        sql::Column {
            name: column.name.clone(),
            is_nullable: column.is_nullable,
            is_required: !column.is_nullable && !is_filled,
            is_generated,
            is_json: column.is_json || column::is_called(&column.value, "Json"),
            is_time: column::is_called(&column.value, "Timestamp"),
        }
    }

    fn definition(&self) -> TokenStream {
        let Self { krate, name, .. } = self;
        let of = self.item.ident.unraw().to_string();
        let create = self.create_parts();
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
                indices: &[#(#indices),*],
                renamed: &[#(#renamed),*],
            }
        }
    }

    /// The type of the primary key, and the tables that are referenced: they may be more
    /// private than the struct, so that no trait can say them.
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
        let all_docs =
            format!(" All rows of `{name}`, in the order of the primary key if it has one.");
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
                    ctx.sql().all(#all, ())
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
        let get_docs = format!(" The row of `{name}` with that {key}, if there is one.");
        let delete_docs = format!(
            " Deletes the row of `{name}` with that {key}, and answers whether there was one."
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
                ctx.sql().optional(#get, #key_values)
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
                ctx.sql().run(#delete, #key_values).map(|rows| rows > 0)
            }
        }
    }

    /// `update`, where there is more than the key to update.
    fn update_helper(&self) -> Option<TokenStream> {
        let Self {
            krate, name, item, ..
        } = self;
        let prelude = checks::prelude(krate);
        let vis = &item.vis;
        let update = self.update()?;
        let others = self.others().map(|column| column.bind(krate));
        let key = self.key_columns().map(|column| column.bind_as_it_is(krate));
        let values = others.chain(key);
        let docs = format!(
            " Stores the row in `{name}` if one with its {} is there, and answers whether it was.",
            self.key_in_words()
        );
        Some(quote! {
            #[doc = #docs]
            #vis fn update<A>(&self, ctx: &#krate::Ctx<A>) -> #krate::Result<bool>
            where
                A: #krate::sql::HasTable<Self>,
            {
                #prelude
                ctx.sql().run(#update, &[#(#values),*][..]).map(|rows| rows > 0)
            }
        })
    }

    /// `` `a` and `b` ``
    fn key_in_words(&self) -> String {
        let names: Vec<&str> = self.key_columns().map(|key| &*key.name).collect();
        store::in_words(&names)
    }
}

impl Column {
    /// The column's type in the tables that statements are checked against.
    pub(super) fn checked_type(&self) -> &'static str {
        match self.auto {
            Some(_) => "INTEGER",
            None => self.sql_type.unwrap_or("ANY"),
        }
    }

    /// What is asked of the field's type, where its name does not say it.
    fn checks(&self, krate: &TokenStream) -> TokenStream {
        let value = &self.value;
        if self.is_json {
            return check("AsJson", value, "SERDE", value, krate);
        }
        if self.sql_type.is_none() {
            return TokenStream::new(); // a mistake
        }
        let is_column = check("AsColumn", value, "STORED", value, krate);
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
            let is_table = check(
                "AsParent",
                &parse_quote!(#name),
                "KEYED",
                &parse_quote!(#name),
                krate,
            );
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

    /// What the table that the column references is called in generated code, where its
    /// path is written once.
    fn parent_name(&self) -> Ident {
        let span = match &self.references {
            Some(references) => references.parent.span(),
            None => self.ident.span(),
        };
        format_ident!("__Parent_{}", self.name, span = span)
    }

    /// What is known of that table, if it is one.
    fn parent(&self, krate: &TokenStream) -> TokenStream {
        let name = self.parent_name();
        let is_table = checks::if_so("KEYED", &name, krate);
        quote!(<#is_table as #krate::__private::Parent<#name>>)
    }

    /// The type that stands for the field's in generated code.
    fn carried(&self, krate: &TokenStream) -> TokenStream {
        let value = &self.value;
        if self.sql_type != Some("ANY") {
            return quote!(#value);
        }
        let carrier = carry("STORED", value, krate);
        quote!(#carrier::Type)
    }

    /// What makes the field's type of a value of [`Self::carried`].
    fn carried_back(&self, krate: &TokenStream) -> TokenStream {
        if self.sql_type != Some("ANY") {
            return quote!(::core::convert::identity);
        }
        let carrier = carry("STORED", &self.value, krate);
        quote!(#carrier::back)
    }

    /// The value that is bound when the row is stored.
    fn bind(&self, krate: &TokenStream) -> TokenStream {
        let value = self.bind_as_it_is(krate);
        match self.auto {
            Some(_) => quote!(#krate::__private::auto_id(#value)),
            None => value,
        }
    }

    fn bind_as_it_is(&self, krate: &TokenStream) -> TokenStream {
        let ident = &self.ident;
        let value = &self.value;
        if self.sql_type.is_none() {
            return quote!(#krate::sql::Value::Null); // a mistake
        }
        let (to, carrier) = match (self.is_json, self.sql_type) {
            (true, _) => (
                quote!(#krate::__private::to_json),
                carry("SERDE", value, krate),
            ),
            (false, Some("ANY")) => (
                quote!(#krate::sql::ToSql::to_sql),
                carry("STORED", value, krate),
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

    fn read(&self, index: usize, krate: &TokenStream) -> TokenStream {
        let ident = &self.ident;
        let value = &self.value;
        let span = value.span();
        if self.sql_type.is_none() {
            return quote!(#ident: ::core::unreachable!()); // a mistake
        }
        let (carrier, stored, inner) = match (self.is_json, self.sql_type) {
            (true, _) => {
                let carrier = carry("SERDE", value, krate);
                let stored = quote!(#krate::sql::Json<#carrier::Type>);
                (carrier, stored, quote!(value.0))
            }
            (false, Some("ANY")) => {
                let carrier = carry("STORED", value, krate);
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

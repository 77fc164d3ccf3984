//! The helpers that store a row: `insert`, `upsert`, `insert_or_ignore`, and the last two
//! for each unique key.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::column::Column;
use super::index::Index;
use super::model::Table;
use crate::common::facts;

/// One of the helpers.
struct Helper {
    name: String,
    docs: String,
    statement: String,
    /// Whether the row may not be stored.
    may_ignore: bool,
}

impl Table {
    pub(super) fn store_helpers(&self) -> TokenStream {
        let Self { name, key, .. } = self;
        let mut helpers = vec![Helper {
            name: "insert".to_owned(),
            docs: format!(
                " Stores the row in `{name}`.{}\n\n# Errors\n\nA row with the same key exists, or \
                 a value can't be stored.",
                self.auto_docs()
            ),
            statement: self.insert(),
            may_ignore: false,
        }];
        if !key.is_empty() {
            let key: Vec<&str> = self.key_columns().map(|key| &*key.name).collect();
            helpers.extend(self.conflict_helpers("", &key, None));
        }
        let unique = self.indices.iter().filter(|index| index.is_unique);
        let mut unique: Vec<&Index> = unique.collect();
        unique.sort_by_key(|index| &index.by);
        unique.dedup_by_key(|index| &index.by); // two of a name are a mistake
        for index in unique {
            let columns: Vec<&str> = index.columns.iter().map(String::as_str).collect();
            let suffix = format!("_by_{}", index.by);
            helpers.extend(self.conflict_helpers(&suffix, &columns, Some(index)));
        }
        let values = self.values();
        let each = helpers.iter().map(|helper| self.helper(helper));
        let all = helpers
            .iter()
            .filter(|helper| !helper.may_ignore)
            .map(|helper| self.helper_of_all(helper));
        quote!(#values #(#each)* #(#all)*)
    }

    /// The values that are bound to the statements that store a row.
    fn values(&self) -> TokenStream {
        let krate = &self.krate;
        let prelude = facts::prelude(krate);
        let values = self.written().map(|column| column.bind(krate));
        let count = self.written().count();
        quote! {
            fn __values(&self) -> #krate::Result<[#krate::sql::Value<'_>; #count]> {
                #prelude
                ::core::result::Result::Ok([#(#values),*])
            }
        }
    }

    fn conflict_helpers(
        &self,
        suffix: &str,
        columns: &[&str],
        index: Option<&Index>,
    ) -> [Helper; 2] {
        let (name, words) = (&self.name, in_words(columns));
        let (auto, kept) = (
            self.auto_docs(),
            match index {
                Some(_) if !self.key.is_empty() => " The existing row keeps its primary key.",
                _ => "",
            },
        );
        [
            Helper {
                name: format!("upsert{suffix}"),
                docs: format!(
                    " Stores the row in `{name}`, replacing the one with the same {words}, if \
                     any.{kept}{auto}"
                ),
                statement: self.insert_or(columns, index, &self.update_on_conflict(columns)),
                may_ignore: false,
            },
            Helper {
                name: format!("insert_or_ignore{suffix}"),
                docs: format!(
                    " Stores the row in `{name}` unless there is one with the same {words}, and \
                     returns {}.{auto}",
                    match self.auto() {
                        Some(_) => "its id if it was stored",
                        None => "whether it was stored",
                    }
                ),
                statement: self.insert_or(columns, index, "NOTHING"),
                may_ignore: true,
            },
        ]
    }

    fn auto_docs(&self) -> String {
        match self.auto() {
            Some(id) => format!(
                "\n\nIf `{0}` is 0, the row gets the next id; `{0}` of `self` does not change.",
                id.name
            ),
            None => String::new(),
        }
    }

    fn helper(&self, helper: &Helper) -> TokenStream {
        let Self { krate, item, .. } = self;
        let prelude = facts::prelude(krate);
        let vis = &item.vis;
        let Helper {
            name,
            docs,
            statement,
            may_ignore,
        } = helper;
        let name = format_ident!("{name}");
        let values = quote!(&self.__values()?[..]);
        let (returned, body) = match (self.auto(), may_ignore) {
            (None, false) => (
                quote!(()),
                quote!(#krate::__private::own_sql(ctx).run(#statement, #values).map(drop)),
            ),
            (None, true) => (
                quote!(bool),
                quote!(#krate::__private::own_sql(ctx).run(#statement, #values).map(|rows| rows > 0)),
            ),
            (Some(id), may_ignore) => self.returning(id, statement, &values, *may_ignore),
        };
        quote! {
            #[doc = #docs]
            #vis fn #name<A>(&self, ctx: &#krate::Ctx<A>) -> #krate::Result<#returned>
            where
                A: #krate::sql::HasTable<Self>,
            {
                #prelude
                #body
            }
        }
    }

    /// The helper for many rows at once.
    fn helper_of_all(&self, helper: &Helper) -> TokenStream {
        let Self { krate, item, .. } = self;
        let vis = &item.vis;
        let one = &helper.name;
        let name = format_ident!("{one}_all");
        let docs = format!(
            " [`{one}`](Self::{one}) for each of the rows, in one transaction and with several rows \
             per statement.\n\n# Errors\n\nThat of the first row that fails, which is named by its \
             index; then no row is stored."
        );
        let insert = self.insert();
        let (head, places) = insert.split_at(insert.rfind('(').unwrap_or_default());
        let tail = &helper.statement[insert.len()..];
        quote! {
            #[doc = #docs]
            #vis fn #name<A>(
                ctx: &#krate::Ctx<A>,
                rows: impl ::core::iter::IntoIterator<Item = impl ::core::borrow::Borrow<Self>>,
            ) -> #krate::Result<()>
            where
                A: #krate::sql::HasTable<Self>,
            {
                #krate::__private::store_all(ctx, [#head, #places, #tail], rows, Self::__values)
            }
        }
    }

    /// The return type and the body of a helper that gets the row's id.
    fn returning(
        &self,
        id: &Column,
        statement: &str,
        values: &TokenStream,
        may_ignore: bool,
    ) -> (TokenStream, TokenStream) {
        let krate = &self.krate;
        let (ty, carried) = (&id.ty, id.carried(krate));
        let statement = format!("{statement} RETURNING {}", id.quoted());
        let remove = self.delete_last(id);
        let back = id.carried_back(krate);
        let found = quote! {
            #krate::__private::insert_id::<_, #carried>(ctx, #statement, #values, #remove)?
        };
        match may_ignore {
            true => (
                quote!(::core::option::Option<#ty>),
                quote!(::core::result::Result::Ok(#found.map(#back))),
            ),
            false => (
                quote!(#ty),
                quote!(#found.map(#back).ok_or_else(#krate::__private::no_id)),
            ),
        }
    }
}

/// `` `a` and `b` ``
pub(super) fn in_words(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" and ")
}

//! `migration!`: a change of tables, written by hand, and tried by SQLite when the crate
//! compiles.
//!
//! The tables as they were are declared elsewhere: as for `sql!`, each is asked for its
//! columns by the macro of its name, and hands them on to `migration_next!`.

#[cfg(feature = "check-sql")]
use std::ops::Range;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Path, Token, Visibility, braced, bracketed};

use crate::common::mistakes::{Mistake, Mistakes};
#[cfg(feature = "check-sql")]
use crate::common::words::nearest;
use crate::reflection::columns::Columns;
#[cfg(feature = "check-sql")]
use crate::sql::history;
#[cfg(feature = "check-sql")]
use crate::sqlite::{engine::Engine, shown};

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

impl Migration {
    fn define(&self, krate: &TokenStream) -> TokenStream {
        let Self {
            attributes,
            visibility,
            name,
            before,
            sql,
        } = self;
        let id = name.unraw().to_string();
        quote! {
            #(#attributes)*
            #visibility const #name: #krate::sql::Migration = #krate::sql::Migration {
                id: #id,
                before: &[#(<#before as #krate::sql::Table>::TABLE),*],
                sql: #sql,
            };
        }
    }
}

pub(crate) fn expand(migration: TokenStream) -> TokenStream {
    let told = Vec::new();
    match syn::parse2(migration.clone()) {
        Ok(parsed) => Asking {
            migration,
            parsed,
            told,
        }
        .next(),
        Err(error) => Mistakes::expand(|mistakes| {
            mistakes.add_at(error.span(), Mistake::MigrationForm);
            TokenStream::new()
        }),
    }
}

/// The migration, and what the tables before it have told so far.
pub(crate) struct Asking {
    migration: TokenStream,
    parsed: Migration,
    told: Vec<Columns>,
}

impl Parse for Asking {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let migration;
        bracketed!(migration in input);
        let migration: TokenStream = migration.parse()?;
        let mut told = Vec::new();
        while !input.is_empty() {
            let columns;
            braced!(columns in input);
            told.push(columns.parse()?);
        }
        Ok(Self {
            parsed: syn::parse2(migration.clone())?,
            migration,
            told,
        })
    }
}

impl Asking {
    /// Asks the next table for its columns, or is done.
    pub(crate) fn next(&self) -> TokenStream {
        let Self {
            migration,
            parsed,
            told,
        } = self;
        if let Some(path) = parsed.before.get(told.len()) {
            return quote!(#path ! { migration_next [#migration] #({ #told })* });
        }
        let krate = match told.first() {
            Some(table) => table.krate.clone(),
            None => quote!(::actors_core),
        };
        Mistakes::expand(|mistakes| {
            self.check(mistakes);
            parsed.define(&krate)
        })
    }

    fn check(&self, mistakes: &mut Mistakes) {
        if self.parsed.sql.value().trim().is_empty() {
            mistakes.add(&self.parsed.sql, Mistake::MigrationEmpty);
            return;
        }
        #[cfg(feature = "check-sql")]
        self.try_out(mistakes);
    }

    /// Runs the migration on empty tables as they were.
    #[cfg(feature = "check-sql")]
    fn try_out(&self, mistakes: &mut Mistakes) {
        let mut engine = Engine::new();
        for create in self.told.iter().flat_map(|told| &told.create) {
            if engine.define(create).is_err() {
                return; // the table's own error says it
            }
        }
        let text = self.parsed.sql.value();
        if let Err((complaint, place)) = engine.migrate(&text) {
            let (words, place) = self.explain(&text, &complaint.words, place);
            let message = shown::message(&words, &text, Some(&place));
            mistakes.add_at(self.parsed.sql.span(), message);
        } else if let Some(message) = history::depends_on_order(&text, &self.told) {
            mistakes.add_at(self.parsed.sql.span(), message);
        }
    }

    /// SQLite's words in the user's, and the word that they are about.
    #[cfg(feature = "check-sql")]
    fn explain(&self, text: &str, words: &str, place: Range<usize>) -> (String, Range<usize>) {
        if words == "not authorized" || words.ends_with(" is prohibited") {
            return (refusal(&text[place.clone()]).to_owned(), place);
        }
        let mut words = words.to_owned();
        let name = ["no such column: ", "no such table: ", "near \""]
            .iter()
            .find_map(|before| {
                let (_, name) = words.split_once(before)?;
                name.split([' ', '"'])
                    .find(|name| !name.is_empty())
                    .map(str::to_owned)
            });
        let Some(name) = name else {
            return (words, place);
        };
        let tables = self.told.iter().filter_map(|told| told.table.as_ref());
        let columns = self.told.iter().flat_map(|told| &told.columns);
        let names: Vec<&str> = match words.starts_with("no such table") {
            true => tables.map(|name| &**name).collect(),
            false => columns.map(|column| &*column.name).collect(),
        };
        if let Some(meant) = nearest(&name, &names).filter(|_| words.starts_with("no such")) {
            words.push_str(&format!(": did you mean `{meant}`?"));
        }
        let word = name.rsplit('.').next().unwrap_or(&name);
        let place = match text[place.clone()].find(word) {
            Some(offset) => place.start + offset..place.start + offset + word.len(),
            None => place,
        };
        (words, place)
    }
}

/// Why the runtime or the framework does not take a statement.
#[cfg(feature = "check-sql")]
fn refusal(statement: &str) -> &'static str {
    let lower = statement.to_ascii_lowercase();
    let verb = statement.split_whitespace().next().unwrap_or_default();
    match verb.to_ascii_uppercase().as_str() {
        "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" => {
            "a migration is one transaction already, and an error undoes all of it: remove this"
        }
        _ if lower.contains("_cf_") || lower.contains("_actors") => {
            "names that begin with `_cf_` or `_actors` belong to the platform and the framework"
        }
        _ => "the runtime does not let a Durable Object do this",
    }
}

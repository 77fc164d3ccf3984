//! `migration!`: a change of tables, written by hand, and tried by SQLite at compile time.
//!
//! The tables as they were are declared elsewhere: as for `sql!`, each is asked for its
//! columns through the macro with its name, which passes them on to `migration_next!`.

#[cfg(feature = "check-sql")]
#[cfg(feature = "check-sql")]
use actors_sqlite::names::{FRAMEWORK, PLATFORM};
#[cfg(feature = "check-sql")]
use actors_sqlite::refused::TRANSACTIONS;
#[cfg(feature = "check-sql")]
use std::ops::Range;

mod mistakes;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Path, Token, Visibility, braced, bracketed};

use self::mistakes::Mistake;
use crate::common::mistakes::Mistakes;
#[cfg(feature = "check-sql")]
use crate::common::words::nearest;
use crate::reflection::columns::Columns;
#[cfg(feature = "check-sql")]
use crate::sql::history;
use crate::sqlite;
#[cfg(feature = "check-sql")]
use crate::sqlite::engine::{Complaint, Engine};
#[cfg(feature = "check-sql")]
use crate::sqlite::shown::Shown;

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
            return Err(input.error(Mistake::Behind));
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
    let reflections = Vec::new();
    match syn::parse2(migration.clone()) {
        Ok(parsed) => Asking {
            migration,
            parsed,
            reflections,
        }
        .next(),
        Err(error) => Mistakes::expand(|mistakes| {
            mistakes.add_at(error.span(), Mistake::Form);
            TokenStream::new()
        }),
    }
}

/// The migration, and what the tables before it have passed on so far.
pub(crate) struct Asking {
    migration: TokenStream,
    parsed: Migration,
    reflections: Vec<Columns>,
}

impl Parse for Asking {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let migration;
        bracketed!(migration in input);
        let migration: TokenStream = migration.parse()?;
        let mut reflections = Vec::new();
        while !input.is_empty() {
            let columns;
            braced!(columns in input);
            reflections.push(columns.parse()?);
        }
        Ok(Self {
            parsed: syn::parse2(migration.clone())?,
            migration,
            reflections,
        })
    }
}

impl Asking {
    /// Asks the next table for its columns, or finishes.
    pub(crate) fn next(&self) -> TokenStream {
        let Self {
            migration,
            parsed,
            reflections,
        } = self;
        if let Some(path) = parsed.before.get(reflections.len()) {
            return quote!(#path ! { migration_next [#migration] #({ #reflections })* });
        }
        let krate = match reflections.first() {
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
            mistakes.add(&self.parsed.sql, sqlite::mistakes::Mistake::NoStatement);
        }
        #[cfg(feature = "check-sql")]
        if mistakes.is_empty() {
            self.try_out(mistakes);
        }
    }

    /// Runs the migration on empty tables as they were.
    #[cfg(feature = "check-sql")]
    fn try_out(&self, mistakes: &mut Mistakes) {
        let mut engine = Engine::new();
        for create in self
            .reflections
            .iter()
            .flat_map(|reflection| &reflection.create)
        {
            if engine.define(create).is_err() {
                return; // the table's own error says it
            }
        }
        let text = self.parsed.sql.value();
        let found = match engine.migrate(&text) {
            Err((complaint, place)) => {
                let (mistake, place) = self.explain(&text, &complaint, place);
                Some(Shown::new(&mistake, &text, Some(&place)))
            }
            Ok(()) => history::depends_on_order(&text, &self.reflections),
        };
        if let Some(shown) = found {
            mistakes.add_at(self.parsed.sql.span(), shown);
        }
    }

    /// SQLite's message in the user's terms, and the word that it is about.
    #[cfg(feature = "check-sql")]
    fn explain(
        &self,
        text: &str,
        complaint: &Complaint,
        place: Range<usize>,
    ) -> (Mistake, Range<usize>) {
        if complaint.is_refusal() {
            return (refusal(&text[place.clone()]), place);
        }
        let words = complaint.words.clone();
        let Some(name) = named(&words) else {
            return (Mistake::Sqlite(words), place);
        };
        let word = name.rsplit('.').next().unwrap_or(name);
        let place = match text[place.clone()].find(word) {
            Some(offset) => place.start + offset..place.start + offset + word.len(),
            None => place,
        };
        let mistake = match self.meant(&words, name) {
            Some(meant) => Mistake::Unknown { words, meant },
            None => Mistake::Sqlite(words),
        };
        (mistake, place)
    }

    /// The table or the column that is meant by a name that SQLite does not know.
    #[cfg(feature = "check-sql")]
    fn meant(&self, words: &str, name: &str) -> Option<String> {
        let columns = self
            .reflections
            .iter()
            .flat_map(|reflection| &reflection.columns);
        let tables = self
            .reflections
            .iter()
            .filter_map(|reflection| reflection.table.as_ref());
        let names: Vec<&str> = match words {
            _ if words.starts_with("no such table") => tables.map(|name| &**name).collect(),
            _ if words.starts_with("no such") => columns.map(|column| &*column.name).collect(),
            _ => return None,
        };
        nearest(name, &names).map(str::to_owned)
    }
}

/// The name that SQLite's message is about.
#[cfg(feature = "check-sql")]
fn named(words: &str) -> Option<&str> {
    let before = ["no such column: ", "no such table: ", "near \""];
    before.iter().find_map(|before| {
        let (_, name) = words.split_once(before)?;
        name.split([' ', '"']).find(|name| !name.is_empty())
    })
}

/// Why the runtime or the framework refuses a statement.
#[cfg(feature = "check-sql")]
fn refusal(statement: &str) -> Mistake {
    let lower = statement.to_ascii_lowercase();
    let verb = statement.split_whitespace().next().unwrap_or_default();
    if TRANSACTIONS.contains(&&*verb.to_ascii_uppercase()) {
        Mistake::Transaction
    } else if lower.contains(PLATFORM) || lower.contains(FRAMEWORK) {
        Mistake::Reserved
    } else {
        Mistake::Refused
    }
}

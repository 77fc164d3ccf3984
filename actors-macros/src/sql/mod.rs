//! `sql!`: the statement is cut up (`lex.rs`, `text.rs`, `captures.rs`), its parts are
//! found (`statement.rs`), SQLite prepares it (`rewrite.rs`, `engine.rs`, `check.rs`), and
//! its rows get a Rust type (`rows.rs`).
//!
//! The tables are declared elsewhere. Each is asked for its columns by the macro of its
//! name, one after the other, and hands them on to `sql_next!`.

mod captures;
mod check;
#[cfg(feature = "check-sql")]
pub(crate) mod engine;
#[cfg(feature = "check-sql")]
pub(crate) mod history;
mod lex;
mod mistakes;
mod refusals;
mod rewrite;
mod rows;
mod scopes;
mod statement;
mod tables;
mod text;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token, Type, braced, bracketed, parenthesized};

use self::captures::{Capture, Captures};
use self::mistakes::Fault;
use self::rewrite::Rewritten;
use self::rows::Target;
use self::statement::{Statement, Target as CaptureTarget};
use self::tables::Table;
pub(crate) use self::tables::{Column, Columns, Told};
use self::text::Text;
use crate::table::callback::column_function;

/// What SQLite says against a text, which is shown with carets under the place.
#[cfg(feature = "check-sql")]
pub(crate) fn shown(text: &str, place: Option<std::ops::Range<usize>>, words: String) -> String {
    let mistake = mistakes::Mistake::Sqlite(words);
    Fault { place, mistake }.message(text)
}

/// `sql!(Table, Table => "statement" as Type)`
pub(crate) struct Sql {
    tables: Vec<Path>,
    text: LitStr,
    target: Option<Type>,
}

impl Parse for Sql {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let form = |error: syn::Error| {
            syn::Error::new(
                error.span(),
                "write the tables and the statement: `sql!(Table, Other => \"SELECT …\")`",
            )
        };
        let mut tables = Vec::new();
        if !input.peek(LitStr) {
            let list = Punctuated::<Path, Token![,]>::parse_separated_nonempty(input);
            tables.extend(list.map_err(form)?);
            input.parse::<Token![=>]>().map_err(form)?;
        }
        let text = input.parse().map_err(form)?;
        let target = input.parse::<Option<Token![as]>>()?;
        let target = target.map(|_| input.parse()).transpose()?;
        let _: Option<Token![,]> = input.parse()?;
        if !input.is_empty() {
            return Err(input.error(
                "values are captured in the text: write `{name}` or `{name = expression}` there",
            ));
        }
        Ok(Self {
            tables,
            text,
            target,
        })
    }
}

/// The statement, and what the structs that it names have told so far.
pub(crate) struct Asking {
    sql: Sql,
    told: Vec<Columns>,
}

impl Parse for Asking {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let list;
        bracketed!(list in input);
        let mut tables = Vec::new();
        while !list.is_empty() {
            let path;
            parenthesized!(path in list);
            tables.push(path.parse()?);
        }
        let target;
        bracketed!(target in input);
        let target = (!target.is_empty()).then(|| target.parse()).transpose()?;
        let text = input.parse()?;
        let mut told = Vec::new();
        while !input.is_empty() {
            let columns;
            braced!(columns in input);
            told.push(columns.parse()?);
        }
        let sql = Sql {
            tables,
            text,
            target,
        };
        Ok(Self { sql, told })
    }
}

pub(crate) fn begin(sql: Sql) -> TokenStream {
    next(Asking {
        sql,
        told: Vec::new(),
    })
}

/// Asks the next struct for its columns, or is done.
pub(crate) fn next(asking: Asking) -> TokenStream {
    let tables = &asking.sql.tables;
    if let Some(path) = tables.get(asking.told.len()) {
        return asking.ask(path);
    }
    let text = &asking.sql.text;
    asking.finish().unwrap_or_else(|fault| {
        let message = fault.message(&text.value());
        syn::Error::new(text.span(), message).into_compile_error()
    })
}

impl Asking {
    fn ask(&self, path: &Path) -> TokenStream {
        let Sql {
            tables,
            text,
            target,
        } = &self.sql;
        let told = &self.told;
        quote!(#path ! { sql_next [#((#tables))*] [#target] #text #({ #told })* })
    }

    fn finish(&self) -> Result<TokenStream, Fault> {
        let source = self.sql.text.value();
        let span = self.sql.text.span();
        let tables = self.tables()?;
        let text = Text::new(&source)?;
        refusals::check(&text)?;
        let captures = Captures::new(&text, span)?;
        let statement = Statement::new(&text, &tables);
        let stars = statement.stars()?;
        let rewritten = Rewritten::new(&statement, &captures, stars, &tables);
        let names = check::check(&statement, &rewritten, &tables)?;
        let target = match (&self.sql.target, self.told.get(tables.len())) {
            (None, _) => Target::None,
            (Some(ty), None) => Target::Type(ty),
            (Some(ty), Some(columns)) => Target::Struct(ty, &columns.columns),
        };
        let krate = self.krate();
        let outputs = rows::outputs(&statement, &tables, names)?;
        let Some(rows) = rows::rows(&krate, &outputs, &target, &statement, &tables, span)? else {
            let Some(Type::Path(path)) = &self.sql.target else {
                return Ok(TokenStream::new());
            };
            return Ok(self.ask(&path.path));
        };
        let values = (0..captures.values.len()).map(|value| {
            bound(
                &krate,
                &captures.values[value],
                target_of(value, &captures, &statement),
                &tables,
                span,
            )
        });
        let paths = &self.sql.tables;
        let text = &rewritten.text;
        Ok(quote_spanned! {span=>
            #krate::__private::statement::<(#(#paths,)*), _, _>(
                #rows,
                #text,
                [#(#values),*],
            )
        })
    }

    /// The path of `actors-core`, which the tables know.
    fn krate(&self) -> TokenStream {
        let told = self.told.first();
        let krate = told.map_or_else(|| quote!(::actors_core), |told| told.krate.clone());
        captures::respan(krate, self.sql.text.span())
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let told = self.sql.tables.iter().zip(&self.told);
        let table = |(path, told): (&Path, &Columns)| {
            told.table(path).ok_or_else(|| {
                Fault::somewhere(mistakes::Mistake::NotATable(quote!(#path).to_string()))
            })
        };
        told.map(table).collect()
    }
}

/// What the value is for: written, if it is in one of its places.
fn target_of<'a>(
    value: usize,
    captures: &Captures,
    statement: &'a Statement<'_>,
) -> Option<&'a CaptureTarget> {
    let tokens = captures.tokens_of(value);
    let targets: Vec<_> = tokens
        .filter_map(|token| statement.targets.get(&token))
        .collect();
    let is_written = |target: &&&CaptureTarget| matches!(target, CaptureTarget::Written(_));
    targets.iter().find(is_written).or(targets.first()).copied()
}

/// A captured value, checked against the column that it meets.
fn bound(
    krate: &TokenStream,
    capture: &Capture,
    target: Option<&CaptureTarget>,
    tables: &[Table],
    span: Span,
) -> TokenStream {
    let value = &capture.value;
    match target {
        Some(CaptureTarget::Written(column)) => {
            let column = column_of(tables, column.table, column.column, span);
            quote_spanned!(span=> #column.written(&#value))
        }
        Some(CaptureTarget::Compared(column)) => {
            let column = column_of(tables, column.table, column.column, span);
            quote_spanned!(span=> #column.compared(&#value))
        }
        None => quote_spanned!(span=> #krate::__private::bound(&#value)),
    }
}

/// The column of a table, as a value that has its type.
fn column_of(tables: &[Table], table: usize, column: usize, span: Span) -> TokenStream {
    let path = &tables[table].path;
    let path = captures::respan(quote!(#path), span);
    let function = column_function(column, span);
    quote_spanned!(span=> #path::#function())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sql!(Visit, Page => text)`, when both tables have told their columns.
    fn asking(text: &str) -> Asking {
        let column = |name: &str, is_nullable| Column {
            name: name.into(),
            is_nullable,
            is_required: !is_nullable,
            is_generated: false,
        };
        let table = |name: &str, columns: Vec<Column>| {
            let names: Vec<_> = columns.iter().map(|column| &*column.name).collect();
            let create = format!(
                "CREATE TABLE {name} ({}, UNIQUE ({}))",
                names.join(", "),
                names[0]
            );
            let told = Told {
                table: Some(name.into()),
                create: vec![create],
                columns,
            };
            Columns::new(quote!(::actors_core), told)
        };
        Asking {
            sql: Sql {
                tables: vec![syn::parse_quote!(Visit), syn::parse_quote!(Page)],
                text: LitStr::new(text, Span::call_site()),
                target: None,
            },
            told: vec![
                table(
                    "visits",
                    vec![
                        column("id", false),
                        column("page", false),
                        column("at", true),
                    ],
                ),
                table("pages", vec![column("page", false), column("title", true)]),
            ],
        }
    }

    const STATEMENTS: [&str; 8] = [
        "SELECT v.page, p.title AS name, COUNT(*) AS n: u32 FROM visits v LEFT JOIN pages p USING (page)",
        "WITH a AS (SELECT id FROM visits), b(c) AS (VALUES (1)) SELECT p.* FROM pages p, visits WHERE id IN ({x}, {y = 1})",
        "INSERT INTO visits VALUES ({id}, {page}, {at}) ON CONFLICT (id) DO UPDATE SET page = {page} RETURNING *",
        "INSERT OR IGNORE INTO pages (page) SELECT page FROM visits WHERE at BETWEEN {from} AND {to}",
        "UPDATE visits SET page = {page}, at = at + {by} WHERE id IS NOT {id} RETURNING id AS i, page",
        "DELETE FROM visits WHERE page LIKE '%' || {part} || 'it''s {{}}' -- {{ no }}\n AND \"id\" = [id]",
        "SELECT 'ä🦀' AS \"ö\": String, x'00ff', 1e5, .5, `page` FROM visits /* {{ */ ORDER BY 1 LIMIT {n};",
        "SELECT page, MAX(at, 1), MIN(at) FILTER (WHERE id > 1) OVER () AS m: i64 FROM visits UNION SELECT 1, 2, 3",
    ];

    /// Whatever is cut out of a statement or doubled in it, there is an answer or an error
    /// that can be shown, and no panic.
    #[test]
    fn any_text_is_answered() {
        let seed = 5;
        let mut random = fastrand::Rng::with_seed(seed);
        for turn in 0..4000 {
            let mut text: Vec<char> = random
                .choice(STATEMENTS)
                .unwrap_or_default()
                .chars()
                .collect();
            for _ in 0..random.usize(..4) {
                let (from, length) = (random.usize(..text.len().max(1)), random.usize(..12));
                let part = from.min(text.len())..(from + length).min(text.len());
                let cut: Vec<char> = text.drain(part).collect();
                if random.bool() {
                    let at = random.usize(..=text.len());
                    text.splice(at..at, cut);
                }
            }
            let text: String = text.into_iter().collect();
            let answered = std::panic::catch_unwind(|| match asking(&text).finish() {
                Ok(tokens) => tokens.to_string(),
                Err(fault) => fault.message(&text),
            });
            assert!(
                answered.is_ok_and(|answer| !answer.is_empty()),
                "seed {seed}, {turn}: {text}"
            );
        }
    }

    #[test]
    fn statements_that_are_right_expand() {
        for text in &STATEMENTS[1..6] {
            let expanded = asking(text).finish().map_err(|fault| fault.message(text));
            assert!(expanded.is_ok(), "{}", expanded.unwrap_err());
        }
    }

    /// The text that SQLite gets.
    fn rewritten(text: &str) -> String {
        let asking = asking(text);
        let tables = asking.tables().unwrap();
        let text = Text::new(text).unwrap();
        let captures = Captures::new(&text, Span::call_site()).unwrap();
        let statement = Statement::new(&text, &tables);
        let stars = statement.stars().unwrap();
        Rewritten::new(&statement, &captures, stars, &tables).text
    }

    #[test]
    fn what_sqlite_gets_does_not_depend_on_the_order_of_columns() {
        assert_eq!(
            rewritten("SELECT v.*, title FROM visits AS v,\n  pages"),
            r#"SELECT "v"."id", "v"."page", "v"."at", title FROM visits AS v, pages"#
        );
        assert_eq!(
            rewritten("INSERT INTO visits VALUES ({id}, {page}, {id}) RETURNING *"),
            r#"INSERT INTO visits("id", "page", "at") VALUES (?1, ?2, ?1) RETURNING "visits"."id", "visits"."page", "visits"."at""#
        );
        assert_eq!(
            rewritten("SELECT COUNT(*) AS n: u32 FROM visits WHERE page='{{'AND id={id}"),
            "SELECT COUNT(*) AS n FROM visits WHERE page='{'AND id=?1"
        );
    }
}

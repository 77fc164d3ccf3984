//! `sql!`: the statement is cut into tokens (`lex.rs`, `text.rs`, `captures.rs`) and parsed to a
//! tree (`parse.rs`, `tree.rs`), in which its sources, columns and targets are found
//! (`statement.rs`). SQLite prepares it (`rewrite.rs`, `check.rs`), its values are bound
//! (`bound.rs`, `fits.rs`), and its rows get a Rust type (`rows.rs`). Parts of it may be chosen at
//! run time (`choice.rs`), or it runs once for each item of an iterator (`each.rs`).
//!
//! The tables are declared elsewhere. Each is asked for its columns through the macro with
//! its name, one after the other, which passes them on to `sql_next!`.

mod bound;
mod captures;
mod check;
mod choice;
mod each;
mod fits;
#[cfg(feature = "check-sql")]
pub(crate) mod history;
mod items;
mod lex;
mod mistakes;
mod parse;
mod refusals;
mod rewrite;
mod rows;
mod scopes;
mod sources;
mod statement;
mod targets;
mod text;
mod tree;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Path, Token, Type, braced, bracketed, parenthesized};

use self::bound::{Met, all_met, bound};
use self::captures::{Capture, Captures};
use self::choice::{Parts, Source};
use self::each::Each;
use self::mistakes::{Fault, Mistake};
use self::rewrite::Rewritten;
use self::rows::Target;
use self::statement::Statement;
use self::text::Text;
use crate::reflection::columns::{Columns, Table};

/// `sql!(Table, Table => "statement" as Type)`
pub(crate) struct Sql {
    tables: Vec<Path>,
    text: LitStr,
    target: Option<Type>,
    parts: Parts,
    each: Option<Each>,
}

impl Parse for Sql {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let form = |error: syn::Error| syn::Error::new(error.span(), Mistake::Form);
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
        let parts = match input.peek(Ident) && input.peek2(Token![=]) {
            true => input.parse()?,
            false => Parts::default(),
        };
        let each = Each::after_statement(input)?;
        if !input.is_empty() {
            return Err(input.error(Mistake::ValueBehind));
        }
        Ok(Self {
            tables,
            text,
            target,
            parts,
            each,
        })
    }
}

/// The statement, and what the structs that it names have passed on so far.
pub(crate) struct Asking {
    sql: Sql,
    reflections: Vec<Columns>,
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
        let parts;
        bracketed!(parts in input);
        let parts = parts.parse()?;
        let each;
        bracketed!(each in input);
        let each = (!each.is_empty()).then(|| each.parse()).transpose()?;
        let text = input.parse()?;
        let mut reflections = Vec::new();
        while !input.is_empty() {
            let columns;
            braced!(columns in input);
            reflections.push(columns.parse()?);
        }
        let sql = Sql {
            tables,
            text,
            target,
            parts,
            each,
        };
        Ok(Self { sql, reflections })
    }
}

/// A statement that SQLite has prepared.
struct Prepared {
    rows: TokenStream,
    text: String,
    /// The captures, and the checks that they pass before they are bound.
    values: Vec<(Capture, Met)>,
}

pub(crate) fn begin(sql: Sql) -> TokenStream {
    next(Asking {
        sql,
        reflections: Vec::new(),
    })
}

/// Asks the next struct for its columns, or finishes.
pub(crate) fn next(asking: Asking) -> TokenStream {
    let tables = &asking.sql.tables;
    if let Some(path) = tables.get(asking.reflections.len()) {
        return asking.ask(path);
    }
    let finished = asking.finish();
    finished.unwrap_or_else(syn::Error::into_compile_error)
}

impl Asking {
    fn ask(&self, path: &Path) -> TokenStream {
        let Sql {
            tables,
            text,
            target,
            parts,
            each,
        } = &self.sql;
        let reflections = &self.reflections;
        quote! {
            #path ! { sql_next [#((#tables))*] [#target] [#parts] [#each] #text #({ #reflections })* }
        }
    }

    fn finish(&self) -> syn::Result<TokenStream> {
        if self.sql.parts.0.is_empty() {
            let source = Source::new(&self.sql.text);
            let prepared = self
                .prepare(&source)
                .map_err(|fault| source.error(&fault))?;
            return Ok(match prepared {
                Some(prepared) => self.statement(&prepared),
                None => self.ask_target(),
            });
        }
        let mut all = Vec::new();
        for source in choice::sources(&self.sql.text, &self.sql.parts)? {
            let prepared = self
                .prepare(&source)
                .map_err(|fault| source.error(&fault))?;
            let Some(prepared) = prepared else {
                return Ok(self.ask_target());
            };
            let first: &Prepared = all.first().unwrap_or(&prepared);
            if first.rows.to_string() != prepared.rows.to_string() {
                return Err(source.error(&Fault::somewhere(Mistake::RowsDiffer)));
            }
            all.push(prepared);
        }
        Ok(self.chosen(&all))
    }

    /// Checks a statement; none if the target must first be asked for its fields.
    fn prepare(&self, source: &Source) -> Result<Option<Prepared>, Fault> {
        let span = self.sql.text.span();
        let tables = self.tables()?;
        let text = Text::new(&source.text)?;
        refusals::check(&text)?;
        let captures = Captures::new(&text, source)?;
        let tree = parse::parse(&text);
        let statement = Statement::new(&text, &tree, &tables);
        let stars = statement.stars()?;
        let rewritten = Rewritten::new(&statement, &captures, stars, &tables);
        let names = check::check(&statement, &rewritten, &tables)?;
        let target = match (&self.sql.target, self.reflections.get(tables.len())) {
            (None, _) => Target::None,
            (Some(ty), None) => Target::Type(ty),
            (Some(ty), Some(columns)) => Target::Struct(ty, &columns.columns),
        };
        let krate = self.krate();
        let outputs = rows::outputs(&statement, &tables, names)?;
        if self.sql.each.is_some() && outputs.is_some() {
            return Err(Fault::somewhere(Mistake::EachWithRows));
        }
        let rows = rows::rows(&krate, &outputs, &target, &statement, &tables, span)?;
        let met = all_met(&krate, &captures, &statement, &tables, span);
        let values = captures.values.into_iter().zip(met).collect();
        let text = rewritten.text;
        Ok(rows.map(|rows| Prepared { rows, text, values }))
    }

    fn ask_target(&self) -> TokenStream {
        match &self.sql.target {
            Some(Type::Path(path)) => self.ask(&path.path),
            _ => TokenStream::new(),
        }
    }

    /// The expression for a statement without parts.
    fn statement(&self, prepared: &Prepared) -> TokenStream {
        let (krate, span, paths) = (self.krate(), self.sql.text.span(), &self.sql.tables);
        let Prepared { rows, text, values } = prepared;
        let values = values
            .iter()
            .map(|(capture, call)| bound(capture, call, span));
        if let Some(each) = &self.sql.each {
            let function = quote_spanned!(span=> #krate::__private::each::<(#(#paths,)*), _>);
            return each.statement(&function, text, values, span);
        }
        quote_spanned! {span=>
            #krate::__private::statement::<(#(#paths,)*), _, _>(
                #rows,
                #text,
                [#(#values),*],
            )
        }
    }

    /// The expression for a statement with parts, given all its variants.
    fn chosen(&self, all: &[Prepared]) -> TokenStream {
        let (krate, span, paths) = (self.krate(), self.sql.text.span(), &self.sql.tables);
        let parts = &self.sql.parts;
        let rows = &all[0].rows;
        let texts = all.iter().map(|prepared| &prepared.text);
        let (checks, values) = values_of(0, &all.iter().collect::<Vec<_>>(), span);
        let rows = match checks {
            Some(checks) => quote_spanned!(span=> { #checks #rows }),
            None => rows.clone(),
        };
        let choices = parts.0.iter().enumerate().map(|(part, choice)| {
            choice.choice(|alternative| {
                let has_it = |place: &usize| choice::chosen(*place, parts)[part] == alternative;
                let with_it = (0..all.len()).filter(has_it).map(|place| &all[place]);
                let span = choice.texts[alternative].span();
                let (checks, values) = values_of(part + 1, &with_it.collect::<Vec<_>>(), span);
                let place = alternative * choice::step(part, parts);
                let part = quote_spanned! {span=>
                    #krate::__private::part(#place, [#(#values),*])
                };
                match checks {
                    Some(checks) => quote_spanned!(span=> { #checks #part }),
                    None => part,
                }
            })
        });
        quote_spanned! {span=>
            #krate::__private::chosen::<(#(#paths,)*), _, _, _>(
                #rows,
                &[#(#texts),*],
                [#(#values),*],
                [#(#choices),*],
            )
        }
    }

    /// The path of `actors-core`, from the tables.
    fn krate(&self) -> TokenStream {
        let reflection = self.reflections.first();
        let krate = reflection.map_or_else(
            || quote!(::actors_core),
            |reflection| reflection.krate.clone(),
        );
        captures::respan(krate, self.sql.text.span())
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let reflections = self.sql.tables.iter().zip(&self.reflections);
        let table = |(path, reflection): (&Path, &Columns)| {
            reflection
                .table(path)
                .ok_or_else(|| Fault::somewhere(Mistake::NotATable(quote!(#path).to_string())))
        };
        reflections.map(table).collect()
    }
}

/// The bound values that statements have in common in that part, and checks against the
/// columns that they meet in only some of them.
fn values_of(
    part: usize,
    all: &[&Prepared],
    span: Span,
) -> (Option<TokenStream>, Vec<TokenStream>) {
    let of = |prepared: &&Prepared| -> Vec<(Capture, Met)> {
        let values = prepared.values.iter();
        let values = values.filter(|(capture, _)| capture.part == part);
        values.cloned().collect()
    };
    let all: Vec<_> = all.iter().map(of).collect();
    let first = all.first().cloned().unwrap_or_default();
    let mut checks = Vec::new();
    for (index, (_, met)) in first.iter().enumerate() {
        let mut known = vec![met.column];
        for (capture, met) in all.iter().map(|values| &values[index]) {
            if !known.contains(&met.column) {
                known.push(met.column);
                let bound = bound(capture, met, span);
                checks.push(quote_spanned!(span=> let _ = #bound;));
            }
        }
    }
    let checks = (!checks.is_empty()).then(|| quote_spanned!(span=> if false { #(#checks)* }));
    let values = first
        .iter()
        .map(|(capture, call)| bound(capture, call, span));
    (checks, values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reflection::columns::{Column, Reflection};

    /// `sql!(Visit, Page => text)`, once both tables have passed on their columns.
    fn asking(text: &str) -> Asking {
        let column = |name: &str, is_nullable| Column {
            name: name.into(),
            is_nullable,
            is_required: !is_nullable,
            is_generated: false,
            is_json: false,
            is_time: false,
        };
        let table = |name: &str, columns: Vec<Column>| {
            let names: Vec<_> = columns.iter().map(|column| &*column.name).collect();
            let create = format!(
                "CREATE TABLE {name} ({}, UNIQUE ({}))",
                names.join(", "),
                names[0]
            );
            let reflection = Reflection {
                table: Some(name.into()),
                create: vec![create],
                columns,
            };
            Columns::new(quote!(::actors_core), reflection)
        };
        Asking {
            sql: Sql {
                tables: vec![syn::parse_quote!(Visit), syn::parse_quote!(Page)],
                text: LitStr::new(text, Span::call_site()),
                target: None,
                parts: Parts::default(),
                each: None,
            },
            reflections: vec![
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

    /// Whatever is cut out of a statement or doubled in it, there is a result or an error
    /// that can be displayed, and no panic.
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
                Err(error) => error.to_string(),
            });
            assert!(
                answered.is_ok_and(|answer| !answer.is_empty()),
                "seed {seed}, {turn}: {text}"
            );
        }
    }

    /// Nor does the deepest or longest possible text overflow the stack.
    #[test]
    fn deep_texts_are_answered() {
        for (before, inner, after) in [
            ("(", "1", ")"),
            ("f(", "1", ")"),
            ("(SELECT ", "1", ")"),
            ("NOT ", "1", ""),
            ("CASE WHEN ", "1", " END"),
            ("1 = ", "1", ""),
            ("1 + ", "1", " AND 2"),
            ("1 BETWEEN ", "1", ""),
            ("1 ISNULL ", "1", " ESCAPE 2"),
        ] {
            let (before, after) = (before.repeat(5_000), after.repeat(5_000));
            let text = format!("SELECT {before}{inner}{after}");
            assert!(asking(&text).finish().is_err());
        }
    }

    #[test]
    fn expansions() {
        let of_a_query = "SELECT page, at FROM visits WHERE id = {id}";
        let of_an_insert = "INSERT INTO pages VALUES ({page}, {title = None::<String>})";
        for (name, text) in [("sql_query", of_a_query), ("sql_insert", of_an_insert)] {
            let written = asking(text)
                .finish()
                .unwrap_or_else(|error| panic!("{error}"));
            let shown = crate::expansions::shown(quote!(fn statement() { #written }));
            insta::assert_snapshot!(name, shown);
        }
    }

    #[test]
    fn the_expansion_of_one_that_runs_for_each_item() {
        let mut asking = asking("UPDATE pages SET title = {title} WHERE page = {page}");
        let tokens: TokenStream = "for (page, title) in &titles".parse().unwrap_or_default();
        asking.sql.each = syn::parse2(tokens).ok();
        let written = asking.finish().unwrap_or_else(|error| panic!("{error}"));
        let shown = crate::expansions::shown(quote!(fn statement() { #written }));
        insta::assert_snapshot!("sql_each", shown);
    }

    #[test]
    fn statements_that_are_right_expand() {
        for text in &STATEMENTS[1..6] {
            let expanded = asking(text).finish();
            assert!(expanded.is_ok(), "{}", expanded.unwrap_err());
        }
    }

    /// The text that SQLite gets.
    fn rewritten(text: &str) -> String {
        let asking = asking(text);
        let tables = asking.tables().unwrap();
        let source = Source::new(&asking.sql.text);
        let text = Text::new(text).unwrap();
        let captures = Captures::new(&text, &source).unwrap();
        let tree = parse::parse(&text);
        let statement = Statement::new(&text, &tree, &tables);
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
            r#"INSERT INTO visits("id", "page", "at") VALUES (?1, ?2, ?1) RETURNING "id", "page", "at""#
        );
        assert_eq!(
            rewritten("SELECT COUNT(*) AS n: u32 FROM visits WHERE page='{{'AND id={id}"),
            "SELECT COUNT(*) AS n FROM visits WHERE page='{'AND id=?1"
        );
    }
}

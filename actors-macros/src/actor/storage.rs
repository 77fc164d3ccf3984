//! What a handler does with the database, as far as its body shows: one that only reads, or ends
//! with its one statement that writes, has nothing to undo and needs no transaction.
//!
//! The body is tokens, so only few forms are known, and each `ctx` has to be in one of them. That the
//! `Note` of `Note::get(ctx, id)` is a table, and `get` what the table's macro has made, is known where
//! the code runs that is generated here: `Note::__key()` is a table's own function, or else that of all
//! types. A path of that form is wrong just where `Note::get` is, and rustc reports it once.

use actors_sqlite::lex::words;
use proc_macro2::TokenTree::{self, Group, Ident, Literal, Punct};
use proc_macro2::{Delimiter, TokenStream};
use quote::{ToTokens, quote};
use syn::LitStr;

/// What a handler does with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Any,
    OneWrite,
    Reads,
    Nothing,
}

/// What a handler does with the database, if those types are tables with a primary key.
pub(super) struct Storage {
    does: Does,
    tables: Vec<TokenStream>,
}

/// What counts in a handler's signature.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    /// The name of its context; none if nothing can be done with that.
    pub(super) ctx: Option<&'a proc_macro2::Ident>,
    pub(super) is_exclusive: bool,
    /// Whether it returns no value, so that nothing can fail once its body has ended.
    pub(super) returns_nothing: bool,
}

impl Storage {
    /// Nothing, for a handler without a context.
    pub(super) const NOTHING: Self = Self::of(Does::Nothing);

    const fn of(does: Does) -> Self {
        Self {
            does,
            tables: Vec::new(),
        }
    }

    /// What the body of a handler does.
    pub(super) fn of_body(body: TokenStream, signed: Signed<'_>) -> Self {
        let mut tokens: Vec<_> = body.into_iter().collect();
        while let [Group(block)] = &tokens[..] {
            tokens = trees(block);
        }
        if let Some(tables) = Body::new(signed).only_reads(&tokens) {
            let does = Does::Reads;
            return Self { does, tables };
        }
        match Body::new(signed).ends_with_write(&tokens) {
            Some(tables) => Self {
                does: Does::OneWrite,
                tables,
            },
            None => Self::of(Does::Any),
        }
    }

    pub(super) fn expand(&self, krate: &TokenStream) -> TokenStream {
        let does = match self.does {
            Does::Any => quote!(Any),
            Does::OneWrite => quote!(OneWrite),
            Does::Reads => quote!(Reads),
            Does::Nothing => quote!(Nothing),
        };
        let storage = quote!(#krate::__private::Storage::#does);
        let tables = &self.tables;
        match self.tables.is_empty() {
            true => storage,
            false => quote!(#storage.of_tables(#(#tables::__key().is_known())&&*)),
        }
    }
}

/// What reads of a context.
const OF_CTX: &[&str] = &["id", "name", "now", "sockets"];

/// What runs a statement that reads.
const READERS: &[&str] = &["all", "for_each", "one", "optional"];

/// What may follow the statement that writes, without spaces.
const ENDS: &[&str] = &["", ".map(drop)", "?;Ok(())"];

/// The macros that are known to do nothing with a context.
const PLAIN: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "format",
    "matches",
    "panic",
    "println",
    "todo",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// The beginnings of items, which may give a name another meaning.
const ITEMS: &[&str] = &[
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "union",
    "use",
];

/// The body of a handler, as far as it has been read.
struct Body<'a> {
    signed: Signed<'a>,
    tables: Vec<TokenStream>,
    /// The variables that hold a query which is still to be run.
    queries: Vec<proc_macro2::Ident>,
}

impl<'a> Body<'a> {
    fn new(signed: Signed<'a>) -> Self {
        Self {
            signed,
            tables: Vec::new(),
            queries: Vec::new(),
        }
    }

    /// The tables that it reads by their own functions, if it only reads.
    fn only_reads(mut self, tokens: &[TokenTree]) -> Option<Vec<TokenStream>> {
        self.read(tokens)?;
        Some(self.tables)
    }

    /// The tables that it reads or writes by their own functions, if it only reads before its one
    /// statement that writes, and nothing can fail after that.
    fn ends_with_write(mut self, tokens: &[TokenTree]) -> Option<Vec<TokenStream>> {
        // A persisted field that it changes would be stored later.
        let changes = self.signed.is_exclusive && tokens.iter().any(|tree| says(tree, "self"));
        if changes || !self.signed.returns_nothing {
            return None;
        }
        let end = (0..tokens.len()).find_map(|begin| {
            let write = self.write(&tokens[begin..])?;
            Some((begin, write))
        });
        let (begin, Write { table, arguments }) = end?;
        self.read(&tokens[..begin])?;
        self.read(&arguments)?;
        self.tables.extend(table);
        Some(self.tables)
    }

    /// The statement that writes, if that is all of the tokens.
    fn write(&self, tokens: &[TokenTree]) -> Option<Write> {
        let (path, after) = path(tokens);
        let (table, arguments, rest) = match tokens {
            // `sql!(Note => "DELETE FROM notes").run(ctx)`
            [
                Ident(sql),
                bang,
                Group(inner),
                dot,
                Ident(run),
                Group(ctx),
                rest @ ..,
            ] if sql == "sql" && is(bang, '!') && is(dot, '.') && run == "run" => {
                let is_change = self.is_free(inner) && is_change(&trees(inner));
                (None, self.after_ctx(ctx).filter(|_| is_change)?, rest)
            }
            [Ident(_), ..] => match (&path[..], after) {
                // `Note::delete(ctx, id)`
                ([owner @ .., delete], [Group(arguments), rest @ ..]) if delete == "delete" => {
                    (Some(table(owner)?), self.after_ctx(arguments)?, rest)
                }
                // `Note { id, text }.insert(ctx)`; one whose row gets its id returns that.
                (owner, [Group(fields), dot, Ident(store), Group(ctx)])
                    if is(dot, '.')
                        && is_one_of(store, &["insert", "upsert"])
                        && self.after_ctx(ctx).is_some_and(|others| others.is_empty()) =>
                {
                    (Some(table(owner)?), trees(fields), &[][..])
                }
                _ => return None,
            },
            _ => return None,
        };
        let rest: TokenStream = rest.iter().cloned().collect();
        let is_end = ENDS.contains(&rest.to_string().replace(' ', "").as_str());
        is_end.then_some(Write { table, arguments })
    }

    /// Reads all of the tokens, unless they may do more than read.
    fn read(&mut self, mut tokens: &[TokenTree]) -> Option<()> {
        while !tokens.is_empty() {
            tokens = self.read_one(tokens)?;
        }
        Some(())
    }

    /// Reads what the tokens begin with, and returns the others.
    fn read_one<'t>(&mut self, tokens: &'t [TokenTree]) -> Option<&'t [TokenTree]> {
        match tokens {
            [Group(group), rest @ ..] => {
                let known = self.queries.len();
                self.read(&trees(group))?;
                self.queries.truncate(known);
                Some(rest)
            }
            [Ident(name), rest @ ..] if name == "let" => Some(self.read_let(rest)),
            [Ident(name), rest @ ..] if self.queries.contains(name) => self.read_query(name, rest),
            [Ident(name), rest @ ..] if self.is_ctx(name) => match rest {
                // `ctx.now()`
                [dot, Ident(what), Group(none), rest @ ..]
                    if is(dot, '.') && is_one_of(what, OF_CTX) && none.stream().is_empty() =>
                {
                    Some(rest)
                }
                _ => None,
            },
            [Ident(name), rest @ ..] if name == "self" => self.may_use_self(rest).then_some(rest),
            [and, Ident(name), ..] if is(and, '&') && name == "self" => {
                self.signed.is_exclusive.then_some(&tokens[1..])
            }
            [Ident(name), bang, Group(inner), rest @ ..] if is(bang, '!') => {
                self.read_macro(name, inner, rest)
            }
            [Ident(name), ..] if is_one_of(name, ITEMS) => None,
            [Ident(_), ..] => self.read_path(tokens),
            // The end of a path that has more than names.
            [first, second, Ident(_), ..] if is(first, ':') && is(second, ':') => {
                Some(path(&tokens[2..]).1)
            }
            [_, rest @ ..] => Some(rest),
            [] => Some(&[]),
        }
    }

    /// Reads what follows `let`, as far as it concerns queries.
    fn read_let<'t>(&mut self, tokens: &'t [TokenTree]) -> &'t [TokenTree] {
        match tokens {
            // `notes = sql!(Note => "SELECT * FROM notes");`
            [
                Ident(name),
                equals,
                Ident(sql),
                bang,
                Group(inner),
                end,
                rest @ ..,
            ] if (is(equals, '='), is(bang, '!'), is(end, ';')) == (true, true, true)
                && sql == "sql"
                && self.is_free(inner)
                && is_query(&trees(inner)) =>
            {
                self.queries.push(name.clone());
                rest
            }
            // `notes = notes.all(ctx)?;`
            [Ident(name), equals, Ident(query), ..]
                if is(equals, '=') && name == query && self.queries.contains(query) =>
            {
                &tokens[2..]
            }
            _ => tokens,
        }
    }

    /// Reads what follows the name of a query. To run it takes it, so another mention would be of
    /// something else.
    fn read_query<'t>(
        &mut self,
        name: &proc_macro2::Ident,
        rest: &'t [TokenTree],
    ) -> Option<&'t [TokenTree]> {
        self.queries.retain(|query| query != name);
        match rest {
            // `notes.all(ctx)`
            [dot, Ident(reader), Group(arguments), rest @ ..]
                if is(dot, '.') && is_one_of(reader, READERS) =>
            {
                self.read(&self.after_ctx(arguments)?)?;
                Some(rest)
            }
            rest => Some(rest),
        }
    }

    /// Whether what follows `self` can't use a handle that the actor may keep, which would write as
    /// part of this turn. Nobody can in an exclusive one.
    fn may_use_self(&self, rest: &[TokenTree]) -> bool {
        let is_field = match rest {
            [dot, Ident(_), Group(group), ..] if is(dot, '.') => {
                group.delimiter() == Delimiter::Brace
            }
            [dot, Ident(_), Punct(next), ..] if is(dot, '.') => {
                !['.', '?', ':'].contains(&next.as_char())
            }
            [dot, Ident(_), ..] => is(dot, '.'),
            _ => false,
        };
        self.signed.is_exclusive || is_field
    }

    fn read_macro<'t>(
        &mut self,
        name: &proc_macro2::Ident,
        inner: &proc_macro2::Group,
        rest: &'t [TokenTree],
    ) -> Option<&'t [TokenTree]> {
        if !self.is_free(inner) {
            return None;
        }
        match rest {
            // `sql!(Note => "SELECT * FROM notes").all(ctx)`
            [dot, Ident(reader), Group(arguments), rest @ ..]
                if name == "sql" && is(dot, '.') && is_one_of(reader, READERS) =>
            {
                let others = self.after_ctx(arguments)?;
                self.read(&others)?;
                is_query(&trees(inner)).then_some(rest)
            }
            rest => is_one_of(name, PLAIN).then_some(rest),
        }
    }

    fn read_path<'t>(&mut self, tokens: &'t [TokenTree]) -> Option<&'t [TokenTree]> {
        let (path, rest) = path(tokens);
        match (&path[..], rest) {
            // `Note::get(ctx, id)`
            ([owner @ .., reader], [Group(arguments), rest @ ..])
                if is_one_of(reader, &["all", "get"]) && self.after_ctx(arguments).is_some() =>
            {
                self.tables.push(table(owner)?);
                let others = self.after_ctx(arguments)?;
                self.read(&others).map(|()| rest)
            }
            (_, [bang, Group(_), ..]) if is(bang, '!') => None,
            (_, rest) => Some(rest),
        }
    }

    fn is_ctx(&self, name: &proc_macro2::Ident) -> bool {
        self.signed.ctx.is_some_and(|ctx| ctx == name)
    }

    /// The arguments after the first one, if that is the context.
    fn after_ctx(&self, arguments: &proc_macro2::Group) -> Option<Vec<TokenTree>> {
        let arguments = trees(arguments);
        match &arguments[..] {
            [Ident(name)] if self.is_ctx(name) => Some(Vec::new()),
            [Ident(name), comma, rest @ ..] if self.is_ctx(name) && is(comma, ',') => {
                Some(rest.to_vec())
            }
            _ => None,
        }
    }

    /// Whether what a macro is given has neither a context nor another macro, nor the actor.
    fn is_free(&self, inner: &proc_macro2::Group) -> bool {
        let ctx = self.signed.ctx.map(ToString::to_string);
        let names = ["self"].into_iter().chain(ctx.as_deref());
        let inner = trees(inner);
        !has_macro(&inner)
            && !names
                .into_iter()
                .any(|name| inner.iter().any(|tree| says(tree, name)))
    }
}

/// The statement at the end of a body.
struct Write {
    /// The table by whose function it is run.
    table: Option<TokenStream>,
    /// What is evaluated before it.
    arguments: Vec<TokenTree>,
}

fn trees(group: &proc_macro2::Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn is(tree: &TokenTree, symbol: char) -> bool {
    matches!(tree, Punct(punct) if punct.as_char() == symbol)
}

fn is_one_of(name: &proc_macro2::Ident, names: &[&str]) -> bool {
    names.iter().any(|other| name == other)
}

/// Whether the name occurs, be it in a literal, which may capture it.
fn says(tree: &TokenTree, name: &str) -> bool {
    match tree {
        Group(group) => trees(group).iter().any(|tree| says(tree, name)),
        Ident(ident) => ident == name,
        Literal(literal) => literal.to_string().contains(name),
        Punct(_) => false,
    }
}

fn has_macro(trees_of: &[TokenTree]) -> bool {
    let is_macro = |pair: &[TokenTree]| is(&pair[0], '!') && matches!(pair[1], Group(_));
    let inner = |tree: &TokenTree| matches!(tree, Group(group) if has_macro(&trees(group)));
    trees_of.windows(2).any(is_macro) || trees_of.iter().any(inner)
}

/// The names that the tokens begin with, between double colons, and the other tokens.
fn path(tokens: &[TokenTree]) -> (Vec<proc_macro2::Ident>, &[TokenTree]) {
    let (mut names, mut rest) = (Vec::new(), tokens);
    while let [Ident(name), after @ ..] = rest {
        names.push(name.clone());
        rest = after;
        match after {
            [first, second, after @ ..]
                if is(first, ':') && is(second, ':') && matches!(after, [Ident(_), ..]) =>
            {
                rest = after;
            }
            _ => break,
        }
    }
    (names, rest)
}

/// The path of what may be a table: a type, going by its name.
fn table(path: &[proc_macro2::Ident]) -> Option<TokenStream> {
    let name = path.last()?.to_string();
    let is_type = name.starts_with(char::is_uppercase) && name != "Self";
    is_type.then(|| quote!(#(#path)::*))
}

/// The words of the statement that `sql!` is given, and what it is given behind that.
fn statement(inner: &[TokenTree]) -> Option<(Vec<String>, &[TokenTree])> {
    let at = inner.iter().position(|tree| matches!(tree, Literal(_)))?;
    let text: LitStr = syn::parse2(inner[at].to_token_stream()).ok()?;
    Some((words(&text.value()), &inner[at + 1..]))
}

fn is_query(inner: &[TokenTree]) -> bool {
    let is_one = |(words, rest): (Vec<String>, &[TokenTree])| {
        let runs_for_each = rest
            .iter()
            .any(|tree| matches!(tree, Ident(name) if name == "for"));
        words.first().is_some_and(|word| word == "select") && !runs_for_each
    };
    statement(inner).is_some_and(is_one)
}

/// Whether it is one statement that changes the database as a whole, or not at all.
fn is_change(inner: &[TokenTree]) -> bool {
    let is_one = |(words, rest): (Vec<String>, &[TokenTree])| {
        let changes = ["insert", "update", "delete"];
        let first = words
            .first()
            .is_some_and(|word| changes.contains(&word.as_str()));
        let is_partial = words
            .iter()
            .any(|word| ["fail", "rollback"].contains(&word.as_str()));
        first && !is_partial && rest.is_empty()
    };
    statement(inner).is_some_and(is_one)
}

#[cfg(test)]
mod tests {
    use quote::format_ident;

    use super::*;

    fn does(body: &str, is_exclusive: bool, returns_nothing: bool) -> (Does, Vec<String>) {
        let ctx = &format_ident!("ctx");
        let signed = Signed {
            ctx: Some(ctx),
            is_exclusive,
            returns_nothing,
        };
        let storage = Storage::of_body(body.parse().expect("tokens"), signed);
        let tables = storage
            .tables
            .iter()
            .map(|table| table.to_string().replace(' ', ""));
        (storage.does, tables.collect())
    }

    #[track_caller]
    fn all(bodies: &[&str], expected: Does) {
        for body in bodies {
            assert_eq!(does(body, false, true).0, expected, "{body}");
        }
    }

    #[test]
    fn what_only_reads() {
        let bodies = [
            "",
            "Ok(self.limit)",
            "Ok(ctx.now())",
            "Note::get(ctx, id)",
            "{ Note::all(ctx)?.into_iter().map(|note| note.text).collect() }",
            r#"sql!(Note => "SELECT * FROM notes WHERE id = {id}").all(ctx)"#,
            r#"sql!(Note => "SELECT * FROM notes").for_each(ctx, |note: Note| { sum += note.size; Ok(()) })"#,
            r#"let notes = sql!(Note => "SELECT * FROM notes"); let notes = notes.all(ctx)?; Ok(notes)"#,
            r#"if ctx.name().is_none() { return Err(Error::invalid(format!("no {id}"))); } Note::get(ctx, id)"#,
            "ctx.sockets().except(from).send(&Event::Typing { who }).map(drop)",
            "a != (b) && !(c) && Note::get(ctx, id)?.is_some()",
        ];
        all(&bodies, Does::Reads);
        let tables = does("Note::get(ctx, other::Word::all(ctx)?.len())", false, false).1;
        assert_eq!(tables, ["Note", "other::Word"]);
    }

    #[test]
    fn what_may_do_more() {
        let bodies = [
            "store(ctx)",
            "self.store(ctx)",
            "self.handle.with(|actor, ctx| actor.store(ctx))",
            "use_it(&self.handle)",
            "let Self { handle, .. } = self;",
            "let other = ctx; Note::get(other, id)",
            "let ctx = &more; ctx.now()",
            "Some(1).map(|ctx| ctx.now())",
            "notes::get(ctx, id)",
            "Self::get(ctx, id)",
            "note.get(ctx)",
            "<Note as Keeper>::get(ctx, id)",
            "Keeper::<Note>::get(ctx, id)",
            "Note::get(ctx, Note::set(ctx))",
            "Note::insert_all(ctx, notes)",
            "use other::Note; Note::get(ctx, id)",
            "struct Note; Note::get(ctx, id)",
            "ctx.alarms().after(days(1)).ring()",
            r#"ctx.sql().all("SELECT 1", ())"#,
            "ctx.now().more(ctx)",
            "my_macro!(1)",
            "vec![my_macro!(1)]",
            "other::format!(\"\")",
            r#"format!("{}", self.label())"#,
            r#"other::sql!(Note => "SELECT * FROM notes").all(ctx)"#,
            r#"sql!(Note => "SELECT * FROM notes WHERE id = {id = next(ctx)}").all(ctx)"#,
            r#"sql!(Note => "DELETE FROM notes RETURNING id").all(ctx)"#,
            r#"sql!(Note => "WITH n AS (SELECT 1) DELETE FROM notes").all(ctx)"#,
            r#"sql!(Note => "SELECT * FROM notes").write(ctx)"#,
            r#"let notes = sql!(Note => "SELECT * FROM notes"); let notes = more; notes.all(ctx)"#,
            r#"{ let notes = sql!(Note => "SELECT * FROM notes"); } notes.all(ctx)"#,
        ];
        all(&bodies, Does::Any);
    }

    #[test]
    fn what_ends_with_its_one_statement_that_writes() {
        let bodies = [
            "Note::delete(ctx, id).map(drop)",
            "let id = Note::get(ctx, id)?.id; Note::delete(ctx, id)?; Ok(())",
            "Note { id, text }.insert(ctx)",
            "Note { id: Word::get(ctx, id)?.id, text }.upsert(ctx)",
            r#"sql!(Note => "UPDATE notes SET text = {text}").run(ctx).map(drop)"#,
            r#"sql!(Note => "INSERT INTO notes VALUES (1)").run(ctx)?; Ok(())"#,
        ];
        all(&bodies, Does::OneWrite);
        for body in bodies {
            assert_eq!(does(body, true, true).0, Does::OneWrite, "{body}");
            assert_eq!(does(body, false, false).0, Does::Any, "{body}");
        }
        let more = [
            "Note::delete(ctx, id)?; Note::delete(ctx, other)?; Ok(())",
            "Note::delete(ctx, id)?; Err(Error::invalid(id))",
            "Note::delete(ctx, id)?; check(id)",
            "if id > 1 { Note::delete(ctx, id)?; } Ok(())",
            "for id in ids { Note::delete(ctx, id)?; } Ok(())",
            "Note { id, text }.update(ctx)",
            "Note { id: next(ctx), text }.insert(ctx)",
            "note.insert(ctx)",
            "Self { id }.insert(ctx)",
            r#"sql!(Note => "INSERT INTO notes VALUES (1)", for id in ids).run(ctx).map(drop)"#,
            r#"sql!(Note => "UPDATE OR FAIL notes SET id = 1").run(ctx).map(drop)"#,
        ];
        all(&more, Does::Any);
    }

    #[test]
    fn what_changes_the_actor_is_stored_with_what_the_handler_writes() {
        let written = "self.count += 1; Note::delete(ctx, id).map(drop)";
        assert_eq!(does(written, true, true).0, Does::Any);
        let read = "self.count += 1; self.log(); Note::get(ctx, id)";
        assert_eq!(does(read, true, false).0, Does::Reads);
    }
}

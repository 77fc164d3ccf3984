//! What `#[sql_table]` and `#[derive(FromRow)]` pass on about a struct, through the macro
//! with the struct's name (`callback.rs` writes it).
//!
//! It is one literal, since every token costs time for each statement that gets it, and is
//! decoded once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Path, bracketed};

/// A struct whose fields are columns: of a table, or only of rows.
#[derive(Clone)]
pub(crate) struct Columns {
    /// The path of `actors-core` there.
    pub(crate) krate: TokenStream,
    text: Literal,
    reflection: Rc<Reflection>,
}

/// What a struct passes on about its columns.
#[derive(Default)]
pub(crate) struct Reflection {
    /// The table's name; none for mere rows.
    pub(crate) table: Option<String>,
    /// The statements that make the table.
    pub(crate) create: Vec<String>,
    pub(crate) columns: Vec<Column>,
}

/// A table that a statement names.
pub(crate) struct Table {
    pub(crate) path: Path,
    pub(crate) name: String,
    pub(crate) reflection: Rc<Reflection>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) is_nullable: bool,
    /// Whether an INSERT must name it.
    pub(crate) is_required: bool,
    /// Whether its values are computed, and never written.
    pub(crate) is_generated: bool,
    /// Whether its values are JSON, or times: error texts depend on it.
    pub(crate) is_json: bool,
    pub(crate) is_time: bool,
}

impl Columns {
    pub(crate) fn new(krate: TokenStream, reflection: Reflection) -> Self {
        let text = Literal::string(&reflection.write());
        let reflection = Rc::new(reflection);
        Self {
            krate,
            text,
            reflection,
        }
    }

    /// The table of the struct with that path, if it is one.
    pub(crate) fn table(&self, path: &Path) -> Option<Table> {
        Some(Table {
            path: path.clone(),
            name: self.reflection.table.clone()?,
            reflection: self.reflection.clone(),
        })
    }
}

impl Deref for Columns {
    type Target = Reflection;

    fn deref(&self) -> &Reflection {
        &self.reflection
    }
}

impl Deref for Table {
    type Target = Reflection;

    fn deref(&self) -> &Reflection {
        &self.reflection
    }
}

impl Table {
    /// The positions of the columns that an INSERT writes.
    pub(crate) fn written(&self) -> Vec<usize> {
        let written = |index: &usize| !self.columns[*index].is_generated;
        (0..self.columns.len()).filter(written).collect()
    }
}

/// How many are cached: more than a crate has tables.
const KEPT: usize = 1_000;

impl Reflection {
    fn write(&self) -> String {
        let table = self.table.iter().map(|name| write_part('t', name));
        let create = self.create.iter().map(|create| write_part('s', create));
        let columns = self.columns.iter();
        let columns = columns.map(|column| write_part('c', &column.write()));
        table.chain(create).chain(columns).collect()
    }

    fn read(mut text: &str) -> Self {
        let mut reflection = Self::default();
        while let Some((kind, part, rest)) = read_part(text) {
            match kind {
                "t" => reflection.table = Some(part.to_owned()),
                "s" => reflection.create.push(part.to_owned()),
                _ => reflection.columns.push(Column::read(part)),
            }
            text = rest;
        }
        reflection
    }
}

/// The kind of a part, its length, and the part itself, which may contain any character.
fn write_part(kind: char, part: &str) -> String {
    format!("{kind}{} {part}", part.len())
}

/// The first part with its kind, and the rest.
fn read_part(text: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = text.split_once(' ')?;
    let (kind, length) = head.split_at_checked(1)?;
    let (part, rest) = rest.split_at_checked(length.parse().ok()?)?;
    Some((kind, part, rest))
}

impl Column {
    fn write(&self) -> String {
        let flags = [
            (self.is_nullable, 'n'),
            (self.is_required, 'r'),
            (self.is_generated, 'g'),
            (self.is_json, 'j'),
            (self.is_time, 't'),
        ];
        let flags = flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag);
        format!("{} {}", flags.collect::<String>(), self.name)
    }

    fn read(text: &str) -> Self {
        let (flags, name) = text.split_once(' ').unwrap_or_default();
        Self {
            name: name.to_owned(),
            is_nullable: flags.contains('n'),
            is_required: flags.contains('r'),
            is_generated: flags.contains('g'),
            is_json: flags.contains('j'),
            is_time: flags.contains('t'),
        }
    }
}

impl Parse for Columns {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        thread_local! {
            static READ: RefCell<HashMap<String, Rc<Reflection>>> = RefCell::default();
        }
        let krate;
        bracketed!(krate in input);
        let krate = krate.parse()?;
        let text: Literal = input.parse()?;
        let source = text.to_string();
        if let Some(reflection) = READ.with_borrow(|read| read.get(&source).cloned()) {
            return Ok(Self {
                krate,
                text,
                reflection,
            });
        }
        let value: LitStr = syn::parse2(text.to_token_stream())?;
        let reflection = Rc::new(Reflection::read(&value.value()));
        READ.with_borrow_mut(|read| {
            if read.len() >= KEPT {
                read.clear();
            }
            read.insert(source, reflection.clone());
        });
        Ok(Self {
            krate,
            text,
            reflection,
        })
    }
}

impl ToTokens for Columns {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { krate, text, .. } = self;
        tokens.extend(quote!([#krate] #text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reflection_is_read_as_it_was_written() {
        let create = "CREATE TABLE \"t\" (\"a b\" TEXT DEFAULT 'c1 \u{1f}\n🦀')";
        let column = |name: &str, is_nullable, is_generated| Column {
            name: name.to_owned(),
            is_nullable,
            is_required: !is_nullable,
            is_generated,
            is_json: is_nullable,
            is_time: is_generated,
        };
        let reflection = Reflection {
            table: Some("t 1 s2".to_owned()),
            create: vec![create.to_owned(), String::new()],
            columns: vec![column("a b", true, false), column("ö", false, true)],
        };
        let columns = Columns::new(quote!(::actors_core), reflection);
        let read: Columns = syn::parse2(columns.to_token_stream()).unwrap();
        assert_eq!(read.table, columns.table);
        assert_eq!(read.create, columns.create);
        assert_eq!(read.columns, columns.columns);
    }
}

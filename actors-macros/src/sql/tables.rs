//! What `#[sql_table]` and `#[derive(FromRow)]` tell about a struct, by the macro of the
//! struct's name (`table/callback.rs` writes it).
//!
//! It is one literal, since each token takes its time on its way to each statement, and is
//! read once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Path, bracketed};

/// A struct whose fields are columns: of a table, or of rows alone.
#[derive(Clone)]
pub(crate) struct Columns {
    /// The path of `actors-core` there.
    pub(crate) krate: TokenStream,
    text: Literal,
    told: Rc<Told>,
}

/// What it tells.
#[derive(Default)]
pub(crate) struct Told {
    /// The table's name; none for rows alone.
    pub(crate) table: Option<String>,
    /// The statements that make the table.
    pub(crate) create: Vec<String>,
    pub(crate) columns: Vec<Column>,
}

/// A table that a statement names.
pub(crate) struct Table {
    pub(crate) path: Path,
    pub(crate) name: String,
    pub(crate) told: Rc<Told>,
}

#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) is_nullable: bool,
    /// Whether an INSERT must name it.
    pub(crate) is_required: bool,
    /// Whether its values are computed, and never written.
    pub(crate) is_generated: bool,
}

impl Columns {
    pub(crate) fn new(krate: TokenStream, told: Told) -> Self {
        let text = Literal::string(&told.write());
        let told = Rc::new(told);
        Self { krate, text, told }
    }

    /// The table that the struct of that path is, if it is one.
    pub(crate) fn table(&self, path: &Path) -> Option<Table> {
        Some(Table {
            path: path.clone(),
            name: self.told.table.clone()?,
            told: self.told.clone(),
        })
    }
}

impl Deref for Columns {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.told
    }
}

impl Deref for Table {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.told
    }
}

impl Table {
    /// The positions of the columns that an INSERT writes.
    pub(crate) fn written(&self) -> Vec<usize> {
        let written = |index: &usize| !self.columns[*index].is_generated;
        (0..self.columns.len()).filter(written).collect()
    }
}

/// So many are kept: more than a crate has tables.
const KEPT: usize = 1_000;

/// Between the parts of what is told.
const BETWEEN: char = '\u{1f}';

impl Told {
    /// Each part begins with what it is.
    fn write(&self) -> String {
        let table = self.table.iter().map(|name| format!("t{name}"));
        let create = self.create.iter().map(|statement| format!("s{statement}"));
        let columns = self.columns.iter().map(Column::write);
        let parts: Vec<_> = table.chain(create).chain(columns).collect();
        parts.join(&BETWEEN.to_string())
    }

    fn read(text: &str) -> Self {
        let mut told = Self::default();
        for part in text.split(BETWEEN) {
            if let Some(name) = part.strip_prefix('t') {
                told.table = Some(name.to_owned());
            } else if let Some(statement) = part.strip_prefix('s') {
                told.create.push(statement.to_owned());
            } else if let Some(column) = part.strip_prefix('c') {
                told.columns.push(Column::read(column));
            }
        }
        told
    }
}

impl Column {
    fn write(&self) -> String {
        let flags = [
            (self.is_nullable, 'n'),
            (self.is_required, 'r'),
            (self.is_generated, 'g'),
        ];
        let flags = flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag);
        format!("c{} {}", flags.collect::<String>(), self.name)
    }

    fn read(text: &str) -> Self {
        let (flags, name) = text.split_once(' ').unwrap_or_default();
        Self {
            name: name.to_owned(),
            is_nullable: flags.contains('n'),
            is_required: flags.contains('r'),
            is_generated: flags.contains('g'),
        }
    }
}

impl Parse for Columns {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        thread_local! {
            static READ: RefCell<HashMap<String, Rc<Told>>> = RefCell::default();
        }
        let krate;
        bracketed!(krate in input);
        let krate = krate.parse()?;
        let text: Literal = input.parse()?;
        let source = text.to_string();
        if let Some(told) = READ.with_borrow(|read| read.get(&source).cloned()) {
            return Ok(Self { krate, text, told });
        }
        let value: LitStr = syn::parse2(text.to_token_stream())?;
        let told = Rc::new(Told::read(&value.value()));
        READ.with_borrow_mut(|read| {
            if read.len() >= KEPT {
                read.clear();
            }
            read.insert(source, told.clone());
        });
        Ok(Self { krate, text, told })
    }
}

impl ToTokens for Columns {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { krate, text, .. } = self;
        tokens.extend(quote!([#krate] #text));
    }
}

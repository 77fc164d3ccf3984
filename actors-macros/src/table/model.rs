//! A table as the user declares it, parsed and checked.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{Fields, Ident, ItemStruct, LitStr, Meta};

use super::column::{self, Column};
use super::index::{self, Index};
use super::mistakes::Mistake;
use crate::common::attributes::{self, flag};
use crate::common::mistakes::Mistakes;
use crate::sqlite::names::check_name;
use actors_sqlite::limits::COLUMNS;

/// The options of `#[sql_table]`, each with an example.
const OPTIONS: &[&str] = &[
    "name = \"visits\"",
    "primary_key(page, day)",
    "index(by_time(timestamp))",
    "unique(by_page(page))",
    "check = \"start < end\"",
    "without_rowid",
    "was = \"old_name\"",
    "crate = path",
];

pub(super) struct Table {
    pub(super) item: ItemStruct,
    pub(super) krate: TokenStream,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The columns of the primary key, in its order.
    pub(super) key: Vec<usize>,
    pub(super) indices: Vec<Index>,
    pub(super) check: Option<LitStr>,
    pub(super) is_without_rowid: bool,
    pub(super) was: Option<String>,
}

impl Table {
    pub(super) fn parse(
        arguments: TokenStream,
        mut item: ItemStruct,
        mistakes: &mut Mistakes,
    ) -> Self {
        let options = attributes::options(arguments, OPTIONS, mistakes);
        let krate = attributes::core_path(&options, mistakes);
        let option = |name| attributes::find(&options, name);
        check_shape(&mut item, mistakes);
        let name = table_name(option("name"), &item.ident, mistakes);
        let mut indices = Vec::new();
        let columns = columns(&mut item, &name, &krate, &mut indices, mistakes);
        if let Some(column) = columns.get(COLUMNS) {
            mistakes.add(&column.ident, Mistake::TooManyColumns);
        }
        check_renames(&columns, mistakes);
        for (kind, is_unique) in [("index", false), ("unique", true)] {
            if let Some(option) = option(kind) {
                index::declared(option, is_unique, &columns, &mut indices, mistakes);
            }
        }
        index::check_names(&indices, &name, mistakes);
        let key = key(option("primary_key"), &columns, mistakes);
        let is_without_rowid = match option("without_rowid") {
            Some(option) => {
                flag(option, mistakes);
                if key.is_empty() {
                    mistakes.add(option, Mistake::WithoutRowidKey);
                }
                true
            }
            None => false,
        };
        let mut table = Self {
            check: option("check").and_then(|check| attributes::text(check, mistakes).cloned()),
            was: option("was").and_then(|was| table_was(was, &name, mistakes)),
            item,
            krate,
            name,
            columns,
            key,
            indices,
            is_without_rowid,
        };
        table.check_auto(mistakes);
        table
    }

    /// The column of generated ids.
    pub(super) fn auto(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.auto.is_some())
    }

    /// SQLite generates ids only for a primary key of one column, in a table with rowids.
    fn check_auto(&mut self, mistakes: &mut Mistakes) {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let Some(auto) = &column.auto else { continue };
            let mistake = match self.key[..] {
                [key] if key == index && self.is_without_rowid => Mistake::AutoWithoutRowid,
                [key] if key == index => continue,
                _ if self.key.contains(&index) => Mistake::AutoOfSeveral,
                _ if column.is_key => {
                    column.auto = None; // one key too many, which is already reported
                    continue;
                }
                _ => Mistake::AutoWithoutKey,
            };
            mistakes.add(auto, mistake);
            column.auto = None;
        }
    }

    /// The columns of the primary key, in its order.
    pub(super) fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().map(|index| &self.columns[*index])
    }
}

fn check_shape(item: &mut ItemStruct, mistakes: &mut Mistakes) {
    if !item.generics.params.is_empty() {
        mistakes.add(&item.generics, Mistake::TableGenerics);
        // Whatever uses the parameters is removed with them, so that it causes no further errors.
        item.generics = Default::default();
        item.fields = Fields::Unit;
        item.semi_token = Some(Default::default());
    } else if !matches!(&item.fields, Fields::Named(fields) if !fields.named.is_empty()) {
        mistakes.add(&item.ident, Mistake::TableFields);
    }
}

fn table_name(option: Option<&Meta>, table: &Ident, mistakes: &mut Mistakes) -> String {
    let text = option.and_then(|option| attributes::text(option, mistakes));
    match text {
        Some(text) => {
            check_name(text, &text.value(), mistakes);
            text.value()
        }
        None => {
            let name = table.unraw().to_string().to_snake_case();
            check_name(table, &name, mistakes);
            name
        }
    }
}

fn table_was(option: &Meta, name: &str, mistakes: &mut Mistakes) -> Option<String> {
    let text = attributes::text(option, mistakes)?;
    let was = text.value();
    check_name(text, &was, mistakes);
    if was.eq_ignore_ascii_case(name) {
        mistakes.add(text, Mistake::WasItself(&was));
    }
    Some(was)
}

fn columns(
    item: &mut ItemStruct,
    table: &str,
    krate: &TokenStream,
    indices: &mut Vec<Index>,
    mistakes: &mut Mistakes,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for field in &mut item.fields {
        let Some((column, index)) = column::parse(field, krate, mistakes) else {
            continue;
        };
        let is_same = |other: &&Column| other.name.eq_ignore_ascii_case(&column.name);
        if let Some(other) = columns.iter().find(is_same) {
            mistakes.add(&column.ident, Mistake::ColumnTwice(&other.name));
        }
        indices.extend(index.map(|is_unique| Index::of_column(&column, table, is_unique)));
        columns.push(column);
    }
    columns
}

/// Checks that a renamed column does not collide with another.
fn check_renames(columns: &[Column], mistakes: &mut Mistakes) {
    for (index, column) in columns.iter().enumerate() {
        let Some(was) = &column.was else { continue };
        let name = was.value();
        let is_it = |other: &Column| other.name.eq_ignore_ascii_case(&name);
        let was_too = |other: &Column| {
            let other = other.was.as_ref().map(LitStr::value);
            other.is_some_and(|other| other.eq_ignore_ascii_case(&name))
        };
        if is_it(column) {
            mistakes.add(was, Mistake::WasItself(&name));
        } else if columns.iter().any(is_it) {
            mistakes.add(was, Mistake::WasStillThere(&name));
        } else if columns[..index].iter().any(was_too) {
            mistakes.add(was, Mistake::WasTwice(&name));
        }
    }
}

/// The columns of the primary key: those of `primary_key(a, b)`, or the marked one.
fn key(option: Option<&Meta>, columns: &[Column], mistakes: &mut Mistakes) -> Vec<usize> {
    let marked: Vec<usize> = (0..columns.len())
        .filter(|index| columns[*index].is_key)
        .collect();
    if let Some(option) = option {
        if let [first, ..] = marked[..] {
            mistakes.add(&columns[first].ident, Mistake::KeyTwice);
        }
        return declared_key(option, columns, mistakes);
    }
    if let [first, second, ..] = marked[..] {
        let names: Vec<&str> = marked.iter().map(|index| &*columns[*index].name).collect();
        mistakes.add(&columns[second].ident, Mistake::TwoPrimaryKeys(&names));
        return vec![first];
    }
    marked
}

fn declared_key(option: &Meta, columns: &[Column], mistakes: &mut Mistakes) -> Vec<usize> {
    let Some(fields) = index::fields(option) else {
        mistakes.add(option, Mistake::KeyForm);
        return Vec::new();
    };
    let places = index::places(&fields, columns, mistakes);
    for (place, field) in places.iter().zip(&fields) {
        if let Some(column) = place.map(|place| &columns[place]) {
            column.check_key(field, mistakes);
        }
    }
    let mut key: Vec<usize> = Vec::new();
    for place in places.into_iter().flatten() {
        if !key.contains(&place) {
            key.push(place);
        }
    }
    key
}

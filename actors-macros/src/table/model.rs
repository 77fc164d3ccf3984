//! A table as the user declares it, parsed and checked.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Field, Fields, GenericArgument, Ident, ItemStruct, Meta, MetaList, PathArguments,
    Token, Type,
};

use crate::attributes;
use crate::mistakes::{Mistake, Mistakes};

/// The options of `#[sql_table]`, each as an example.
const OPTIONS: &[&str] = &[
    "name = \"visits\"",
    "index(by_time(timestamp))",
    "unique(by_page(page))",
    "crate = path",
];

/// Those of `#[sql]`.
const COLUMN_OPTIONS: &[&str] = &["primary_key", "unique", "index"];

pub(super) struct Table {
    pub(super) item: ItemStruct,
    pub(super) krate: TokenStream,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) indices: Vec<Index>,
}

pub(super) struct Column {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) name: String,
    /// `INTEGER`, `REAL`, `TEXT` or `BLOB`; none if the field can't be a column.
    pub(super) sql_type: Option<&'static str>,
    pub(super) is_nullable: bool,
    pub(super) is_key: bool,
    pub(super) is_unique: bool,
}

pub(super) struct Index {
    /// Where it is declared.
    place: Ident,
    pub(super) name: String,
    pub(super) is_unique: bool,
    pub(super) columns: Vec<String>,
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
        if !item.generics.params.is_empty() {
            mistakes.add(&item.generics, Mistake::TableGenerics);
            // What mentions the parameters goes with them, so that nothing misses them.
            item.generics = Default::default();
            item.fields = Fields::Unit;
            item.semi_token = Some(Default::default());
        } else if !matches!(&item.fields, Fields::Named(fields) if !fields.named.is_empty()) {
            mistakes.add(&item.ident, Mistake::TableFields);
        }
        let name = table_name(option("name"), &item.ident, mistakes);
        let mut indices = Vec::new();
        let columns = columns(&mut item, &name, &mut indices, mistakes);
        for (kind, is_unique) in [("index", false), ("unique", true)] {
            if let Some(option) = option(kind) {
                declared_indices(option, is_unique, &columns, &mut indices, mistakes);
            }
        }
        if let Some(index) = indices
            .iter()
            .find(|index| index.name.eq_ignore_ascii_case(&name))
        {
            mistakes.add(&index.place, Mistake::IndexTwice(&index.name));
        }
        Self {
            item,
            krate,
            name,
            columns,
            indices,
        }
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

fn check_name(place: &impl ToTokens, name: &str, mistakes: &mut Mistakes) {
    let lower = name.to_ascii_lowercase();
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit());
    if !is_word {
        mistakes.add(place, Mistake::NameForm(name));
    } else if ["_cf_", "_actors", "sqlite_"]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
    {
        mistakes.add(place, Mistake::NameReserved(name));
    }
}

fn columns(
    item: &mut ItemStruct,
    table: &str,
    indices: &mut Vec<Index>,
    mistakes: &mut Mistakes,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for field in &mut item.fields {
        let Some((mut column, is_indexed)) = column(field, mistakes) else {
            continue;
        };
        if column.is_key && columns.iter().any(|other| other.is_key) {
            mistakes.add(&column.ident, Mistake::TwoPrimaryKeys);
            column.is_key = false;
        }
        let is_same = |other: &&Column| other.name.eq_ignore_ascii_case(&column.name);
        if let Some(other) = columns.iter().find(is_same) {
            mistakes.add(&column.ident, Mistake::ColumnTwice(&other.name));
        }
        if is_indexed {
            indices.push(Index {
                place: column.ident.clone(),
                name: format!("{table}_{}", column.name),
                is_unique: false,
                columns: vec![column.name.clone()],
            });
        }
        columns.push(column);
    }
    columns
}

/// The field's column, and whether it has an index of its own.
fn column(field: &mut Field, mistakes: &mut Mistakes) -> Option<(Column, bool)> {
    for condition in attributes::take(&mut field.attrs, "cfg") {
        mistakes.add(&condition, Mistake::ColumnCondition);
    }
    let marks = attributes::take(&mut field.attrs, "sql");
    let ident = field.ident.clone()?;
    let options = column_options(&marks, mistakes);
    let has = |name| attributes::find(&options, name).is_some();
    let name = ident.unraw().to_string();
    check_name(&ident, &name, mistakes);
    let (sql_type, is_nullable) = column_type(&field.ty, mistakes);
    if has("primary_key") && is_nullable {
        mistakes.add(&field.ty, Mistake::NullableKey);
    }
    let column = Column {
        ty: field.ty.clone(),
        name,
        sql_type,
        is_nullable,
        is_key: has("primary_key"),
        is_unique: has("unique"),
        ident,
    };
    Some((column, has("index")))
}

fn column_options(marks: &[Attribute], mistakes: &mut Mistakes) -> Vec<Meta> {
    let mut all: Vec<Meta> = Vec::new();
    for mark in marks {
        let Meta::List(list) = &mark.meta else {
            let options = COLUMN_OPTIONS;
            mistakes.add(mark, Mistake::NotAnOption { options });
            continue;
        };
        for option in attributes::options(list.tokens.clone(), COLUMN_OPTIONS, mistakes) {
            let name = attributes::name(&option);
            if option.require_path_only().is_err() {
                mistakes.add(&option, Mistake::OptionAlone(&name));
            }
            if all.iter().any(|other| attributes::name(other) == name) {
                mistakes.add(&option, Mistake::OptionTwice(&name));
            }
            all.push(option);
        }
    }
    all
}

/// The column's type in SQL, and whether it can be NULL.
fn column_type(ty: &Type, mistakes: &mut Mistakes) -> (Option<&'static str>, bool) {
    let inner = option_of(ty);
    if inner.is_some_and(|inner| option_of(inner).is_some()) {
        mistakes.add(ty, Mistake::ColumnNested);
        return (None, true);
    }
    let sql_type = sql_type(inner.unwrap_or(ty));
    if sql_type.is_none() {
        mistakes.add(ty, Mistake::ColumnType);
    }
    (sql_type, inner.is_some())
}

/// Whether the type is an `Option`, by its name.
pub(crate) fn is_option(ty: &Type) -> bool {
    option_of(ty).is_some()
}

fn option_of(ty: &Type) -> Option<&Type> {
    let (name, argument) = last_segment(ty)?;
    argument.filter(|_| name == "Option")
}

fn sql_type(ty: &Type) -> Option<&'static str> {
    let (name, argument) = last_segment(ty)?;
    match (name.to_string().as_str(), argument) {
        ("bool" | "i8" | "i16" | "i32" | "i64" | "isize", None) => Some("INTEGER"),
        ("u8" | "u16" | "u32" | "u64" | "usize" | "Timestamp", None) => Some("INTEGER"),
        ("f32" | "f64", None) => Some("REAL"),
        ("String", None) => Some("TEXT"),
        ("Vec", Some(element)) if last_segment(element)?.0 == "u8" => Some("BLOB"),
        _ => None,
    }
}

/// A path type's last name, and its first type argument.
fn last_segment(ty: &Type) -> Option<(&Ident, Option<&Type>)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        },
        _ => None,
    };
    Some((&last.ident, argument))
}

fn declared_indices(
    option: &Meta,
    is_unique: bool,
    columns: &[Column],
    indices: &mut Vec<Index>,
    mistakes: &mut Mistakes,
) {
    let parse = Punctuated::<MetaList, Token![,]>::parse_terminated;
    let lists = option
        .require_list()
        .and_then(|list| parse.parse2(list.tokens.clone()));
    let Ok(lists) = lists else {
        mistakes.add(option, Mistake::IndexForm);
        return;
    };
    for list in lists {
        let Some(name) = list.path.get_ident() else {
            mistakes.add(&list, Mistake::IndexForm);
            continue;
        };
        let name_text = name.unraw().to_string();
        check_name(name, &name_text, mistakes);
        if indices
            .iter()
            .any(|index| index.name.eq_ignore_ascii_case(&name_text))
        {
            mistakes.add(name, Mistake::IndexTwice(&name_text));
        }
        if let Some(columns) = index_columns(&list, columns, mistakes) {
            indices.push(Index {
                place: name.clone(),
                name: name_text,
                is_unique,
                columns,
            });
        }
    }
}

fn index_columns(
    list: &MetaList,
    columns: &[Column],
    mistakes: &mut Mistakes,
) -> Option<Vec<String>> {
    let parse = Punctuated::<Ident, Token![,]>::parse_terminated;
    let Some(fields) = parse
        .parse2(list.tokens.clone())
        .ok()
        .filter(|fields| !fields.is_empty())
    else {
        mistakes.add(list, Mistake::IndexForm);
        return None;
    };
    let known: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
    let mut names = Vec::new();
    for field in fields {
        let name = field.unraw().to_string();
        if names.contains(&name) {
            mistakes.add(&field, Mistake::IndexColumnTwice(&name));
        }
        if !known.contains(&&*name) {
            mistakes.add(
                &field,
                Mistake::NoSuchField {
                    field: &name,
                    fields: &known,
                },
            );
        }
        names.push(name);
    }
    Some(names)
}

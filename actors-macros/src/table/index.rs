//! `index(..)` and `unique(..)`, and lists of fields in general.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Meta, MetaList, Token};

use super::column::Column;
use super::mistakes::Mistake;
use crate::common::mistakes::Mistakes;
use crate::sqlite::names::check_name;

pub(super) struct Index {
    /// Where it is declared.
    place: Ident,
    pub(super) name: String,
    /// The suffix of the helpers of a unique one: `upsert_by_{}`.
    pub(super) by: String,
    pub(super) is_unique: bool,
    pub(super) columns: Vec<String>,
    /// The condition of a partial index.
    pub(super) condition: Option<LitStr>,
}

impl Index {
    /// The index of a column that is marked `index` or `unique`.
    pub(super) fn of_column(column: &Column, table: &str, is_unique: bool) -> Self {
        Self {
            place: column.ident.clone(),
            name: format!("{table}_{}", column.name),
            by: column.name.clone(),
            is_unique,
            columns: vec![column.name.clone()],
            condition: None,
        }
    }
}

/// The content of the parentheses of one index: columns, and a condition if it has one.
struct Body {
    fields: Vec<Ident>,
    condition: Option<LitStr>,
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut fields = Vec::new();
        while !input.is_empty() && !input.peek(Token![where]) {
            fields.push(input.call(Ident::parse_any)?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let condition = if input.peek(Token![where]) {
            input.parse::<Token![where]>()?;
            input.parse::<Token![=]>()?;
            let condition = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
            Some(condition)
        } else {
            None
        };
        Ok(Self { fields, condition })
    }
}

pub(super) fn declared(
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
        let body = syn::parse2::<Body>(list.tokens.clone()).ok();
        let Some(body) = body.filter(|body| !body.fields.is_empty()) else {
            mistakes.add(&list, Mistake::IndexForm);
            continue;
        };
        places(&body.fields, columns, mistakes);
        indices.push(Index {
            place: name.clone(),
            by: name_text
                .strip_prefix("by_")
                .unwrap_or(&name_text)
                .to_owned(),
            name: name_text,
            is_unique,
            columns: body
                .fields
                .iter()
                .map(|field| field.unraw().to_string())
                .collect(),
            condition: body.condition,
        });
    }
}

/// Names of indices are unique in SQLite.
pub(super) fn check_names(indices: &[Index], table: &str, mistakes: &mut Mistakes) {
    let mut names = vec![table];
    for (at, index) in indices.iter().enumerate() {
        let is_same = |other: &&Index| other.is_unique && other.by == index.by;
        let other = indices[..at].iter().find(is_same);
        if names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&index.name))
        {
            mistakes.add(&index.place, Mistake::IndexTwice(&index.name));
        } else if let Some(other) = other.filter(|_| index.is_unique) {
            let (by, other) = (&*index.by, &*other.name);
            mistakes.add(&index.place, Mistake::UniqueHelperTwice { by, other });
        }
        names.push(&index.name);
    }
}

/// The fields in an option's parentheses; none if there is anything else, or nothing at all.
pub(super) fn fields(option: &Meta) -> Option<Vec<Ident>> {
    let list = option.require_list().ok()?;
    let fields = Punctuated::<Ident, Token![,]>::parse_terminated
        .parse2(list.tokens.clone())
        .ok()?;
    (!fields.is_empty()).then(|| fields.into_iter().collect())
}

/// The positions of those columns; none for unknown ones.
pub(super) fn places(
    fields: &[Ident],
    columns: &[Column],
    mistakes: &mut Mistakes,
) -> Vec<Option<usize>> {
    let known: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
    let mut places = Vec::new();
    for field in fields {
        let name = field.unraw().to_string();
        let place = known.iter().position(|known| *known == name);
        if place.is_some() && places.contains(&place) {
            mistakes.add(field, Mistake::IndexColumnTwice(&name));
        }
        if place.is_none() {
            let (place, fields) = (field, &*known);
            let field = &*name;
            mistakes.add(place, Mistake::NoSuchField { field, fields });
        }
        places.push(place);
    }
    places
}

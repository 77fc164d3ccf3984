//! The columns of a statement's rows, as far as its text determines them.
//!
//! SQLite reports the origin of some result columns, but not the NULLs from joins. What is
//! uncertain here has no type, and is annotated by the user.

use std::ops::Range;

use actors_sqlite::aggregates;

use super::mistakes::{Fault, Mistake, NullBecause};
use super::scopes::{ColumnRef, Scope, Scopes};
use super::sources::Source;
use super::tree::{Call, Clause, Expression, Keyword, Kind, Part};
use crate::reflection::columns::Column;
use crate::sqlite::names::quoted;

/// A column of the rows that are returned.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its tokens.
    pub(super) range: Range<usize>,
    pub(super) name: Option<String>,
    pub(super) what: What,
    /// The tokens of `: Type` after its name.
    pub(super) annotation: Option<Range<usize>>,
    /// Whether it is NULL in a row that an aggregate returns over no rows.
    pub(super) is_aggregated: bool,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Column(ColumnRef, Option<NullBecause>),
    Expression,
    /// `*` or `table.*`: the sources whose columns it stands for; none if they are not known.
    Star(Option<Vec<Source>>),
}

/// A `*`, and the columns in its place.
pub(super) type Star = (Range<usize>, Vec<String>);

/// The columns of the rows, of each arm of a compound query; none if there are no rows.
pub(super) fn arms(scopes: &Scopes<'_>) -> Option<Vec<Vec<Item>>> {
    let clauses = scopes.clauses();
    if let Some(written) = scopes.written() {
        let mut clauses = clauses.iter();
        let returning = clauses.find(|clause| clause.is(Keyword::Returning))?;
        let sources = std::slice::from_ref(written);
        return Some(vec![items(scopes, &returning.parts, sources, false)]);
    }
    let arms = clauses.split(|clause| clause.is(Keyword::Compound));
    arms.map(|arm| self::arm(scopes, arm)).collect()
}

/// The columns of a SELECT or of VALUES.
fn arm(scopes: &Scopes<'_>, clauses: &[Clause]) -> Option<Vec<Item>> {
    let first = clauses.first()?;
    if first.is(Keyword::Values) {
        let row = first.parts.first()?;
        let item = |index| Item {
            range: row.range.start..row.range.start + 1,
            name: Some(format!("column{}", index + 1)),
            what: What::Expression,
            annotation: None,
            is_aggregated: false,
        };
        return Some((0..row.list().len()).map(item).collect());
    }
    let mut queries = scopes.arms();
    let query = queries.find(|query| query.range.start == first.range.start)?;
    let mut items = items(scopes, query.columns(), &query.sources, query.is_merged);
    let is_aggregated = has_aggregate(scopes, query);
    items
        .iter_mut()
        .for_each(|item| item.is_aggregated = is_aggregated);
    Some(items)
}

/// Whether a query aggregates all rows: it returns one row in any case.
fn has_aggregate(scopes: &Scopes<'_>, query: &Scope<'_>) -> bool {
    if query.clause(Keyword::Group).is_some() {
        return false;
    }
    let mut is_found = query.clause(Keyword::Having).is_some();
    for clause in query.clauses {
        clause.visit(|block| !block.is_query(), &mut |expression| {
            is_found |= match &expression.kind {
                Kind::Call(call) => is_aggregate(scopes, expression, call),
                _ => false,
            };
        });
    }
    is_found
}

/// Whether the call is one of an aggregate of all rows.
fn is_aggregate(scopes: &Scopes<'_>, expression: &Expression, call: &Call) -> bool {
    let name = scopes.text.name(expression.range.start).unwrap_or_default();
    aggregates::is_aggregate(&name, call.blocks[0].list().len()) && !call.is_window
}

fn items(scopes: &Scopes<'_>, parts: &[Part], sources: &[Source], is_merged: bool) -> Vec<Item> {
    let parts = parts.iter();
    parts
        .map(|part| item(scopes, part, sources, is_merged))
        .collect()
}

fn item(scopes: &Scopes<'_>, part: &Part, sources: &[Source], is_merged: bool) -> Item {
    let (name, what) = match part.is_star() {
        true => (None, star(scopes, part, sources, is_merged)),
        false => named(scopes, part, sources),
    };
    Item {
        range: part.range.clone(),
        name,
        what,
        annotation: part.annotation.clone(),
        is_aggregated: false,
    }
}

fn star(scopes: &Scopes<'_>, part: &Part, sources: &[Source], is_merged: bool) -> What {
    let all = scopes.meant(&part.range, sources);
    let is_known = !all.is_empty() && all.iter().all(|source| source.table.is_some());
    let is_clear = is_known && !(is_merged && part.range.len() == 1);
    What::Star(is_clear.then_some(all))
}

/// The name of a column, from its alias or itself, and what it is.
fn named(scopes: &Scopes<'_>, part: &Part, sources: &[Source]) -> (Option<String>, What) {
    let text = scopes.text;
    let Some(expression) = part.expressions.first() else {
        return (None, What::Expression);
    };
    let (last, after) = (expression.range.end, part.range.end - expression.range.end);
    let (is_whole, alias) = match after {
        0 => (true, None),
        1 => (true, text.name(last)),
        2 if text.is(last, "AS") => (true, text.name(last + 1)),
        _ => (false, None),
    };
    if !is_whole || !matches!(expression.kind, Kind::Name) {
        return (alias, What::Expression);
    }
    let name = alias.or_else(|| text.name(last - 1));
    match scopes.column(expression.range.clone(), sources) {
        Some((column, null)) => (name, What::Column(column, null)),
        None => (name, What::Expression),
    }
}

/// What each `*` over tables is spelled out as, by its tokens: the columns of a table are
/// declared, but their order in a database depends on its history.
pub(super) fn stars(scopes: &Scopes<'_>, arms: Option<&[Vec<Item>]>) -> Result<Vec<Star>, Fault> {
    let mut stars = Vec::new();
    for query in &scopes.all {
        for part in query.columns().iter().filter(|part| part.is_star()) {
            stars.extend(spelt_out(scopes, part, query)?);
        }
    }
    if let (Some(written), Some(arms)) = (scopes.written(), arms) {
        // After RETURNING, columns are not qualified.
        let names = columns(scopes, written).iter();
        let names: Vec<_> = names.map(|column| quoted(&column.name)).collect();
        let items = arms.iter().flatten();
        let returned = items.filter(|item| matches!(item.what, What::Star(_)));
        stars.extend(returned.map(|item| (item.range.clone(), names.clone())));
    }
    Ok(stars)
}

fn spelt_out(scopes: &Scopes<'_>, part: &Part, query: &Scope<'_>) -> Result<Option<Star>, Fault> {
    let meant = scopes.meant(&part.range, &query.sources);
    if meant.iter().all(|source| source.table.is_none()) {
        return Ok(None); // its columns have the order that the statement says
    }
    let is_unnamed = meant.iter().any(|source| source.alias.is_empty());
    if is_unnamed || part.range.len() == 1 && query.is_merged {
        let place = scopes.text.place(&part.range);
        return Err(Fault::at(place, Mistake::StarUnknown));
    }
    let spelt = meant.iter().flat_map(|source| {
        let alias = quoted(&source.alias);
        match source.table {
            None => vec![format!("{alias}.*")],
            Some(_) => {
                let columns = columns(scopes, source).iter();
                let columns = columns.map(|column| format!("{alias}.{}", quoted(&column.name)));
                columns.collect()
            }
        }
    });
    Ok(Some((part.range.clone(), spelt.collect())))
}

/// The columns of the source's table.
fn columns<'a>(scopes: &Scopes<'a>, source: &Source) -> &'a [Column] {
    let table = source.table.map(|table| &scopes.tables[table]);
    table.map_or(&[], |table| &table.columns)
}

//! What the captures of a statement are for: the columns that they are written to or compared
//! with. SQLite reports nothing about parameters.

use std::collections::HashMap;
use std::ops::Range;

use super::scopes::{ColumnRef, Scopes};
use super::tree::{Expression, Keyword, Kind, Operator, Part};
use crate::sqlite::names::same;

/// What a capture is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Compared(ColumnRef),
    Written(ColumnRef),
}

/// The table that an INSERT writes to.
pub(super) struct Insert {
    pub(super) table: usize,
    /// Where a list of columns is, or would be.
    pub(super) place: usize,
    /// None if they are not listed.
    pub(super) columns: Option<Vec<usize>>,
    pub(super) is_default: bool,
}

/// What the statement inserts into, if that is a table.
pub(super) fn insert(scopes: &Scopes<'_>) -> Option<Insert> {
    let (text, verb) = (scopes.text, scopes.verb);
    if !text.is_any(verb, &["INSERT", "REPLACE"]) {
        return None;
    }
    let written = scopes.written()?;
    let (table, place) = (written.table?, written.after);
    let known = &scopes.tables[table].columns;
    let position = |name: String| known.iter().position(|column| same(&column.name, &name));
    let columns = text.is(place, "(").then(|| {
        let names = text.split(place + 1..text.close(place)).into_iter();
        let names = names.filter_map(|part| text.name(part.start));
        names
            .map(|name| position(name).unwrap_or(usize::MAX))
            .collect()
    });
    Some(Insert {
        table,
        place,
        columns,
        is_default: text.is(place, "DEFAULT"),
    })
}

/// The targets of captures, by their tokens.
pub(super) fn targets(scopes: &Scopes<'_>, insert: Option<&Insert>) -> HashMap<usize, Target> {
    let mut targets = HashMap::new();
    if let Some(insert) = insert {
        targets.extend(inserted(scopes, insert));
    }
    let sets = scopes.clauses().iter();
    for set in sets.filter(|clause| clause.is(Keyword::Set)) {
        targets.extend(set.parts.iter().filter_map(|part| assigned(scopes, part)));
    }
    for clause in scopes.clauses() {
        clause.visit(|_| true, &mut |expression| {
            let compared = compared(expression).into_iter();
            for (column, capture) in compared.filter(|(_, capture)| *capture >= scopes.verb) {
                if let Some(column) = named(scopes, column) {
                    targets.entry(capture).or_insert(Target::Compared(column));
                }
            }
        });
    }
    targets
}

/// The captures that an INSERT writes directly.
fn inserted(scopes: &Scopes<'_>, insert: &Insert) -> Vec<(usize, Target)> {
    let declared = &scopes.tables[insert.table];
    let columns = insert.columns.clone();
    let columns = columns.unwrap_or_else(|| declared.written());
    let mut clauses = scopes.clauses().iter();
    let rows: Vec<&[Part]> = match clauses.find(|clause| clause.is(Keyword::Values)) {
        Some(values) => values.parts.iter().map(Part::list).collect(),
        None => scopes.arms().map(|query| query.columns()).collect(),
    };
    let values = rows.iter().flat_map(|row| row.iter().zip(&columns));
    let known = values.filter(|(_, column)| **column < declared.columns.len());
    let written = known.filter_map(|(value, column)| {
        let (table, column) = (insert.table, *column);
        Some((
            value.capture()?,
            Target::Written(ColumnRef { table, column }),
        ))
    });
    written.collect()
}

/// The capture that a SET writes directly.
fn assigned(scopes: &Scopes<'_>, part: &Part) -> Option<(usize, Target)> {
    let Kind::Operation(Operator::Compare, sides) = &part.alone()?.kind else {
        return None;
    };
    let [column, value] = &sides[..] else {
        return None;
    };
    let of = std::slice::from_ref(scopes.written()?);
    let capture = value.capture().filter(|_| column.range.len() == 1)?;
    let (column, _) = scopes.column(column.range.clone(), of)?;
    Some((capture, Target::Written(column)))
}

/// What is compared with a capture, and the capture.
fn compared(expression: &Expression) -> Vec<(&Expression, usize)> {
    let Kind::Operation(operator, operands) = &expression.kind else {
        return Vec::new();
    };
    match (operator, &operands[..]) {
        (Operator::Compare, [left, right]) => match (left.capture(), right.capture()) {
            (_, Some(capture)) => vec![(left, capture)],
            (Some(capture), None) => vec![(right, capture)],
            (None, None) => Vec::new(),
        },
        (Operator::Between, [column, low, high]) => {
            // A capture compared with another bound value tells nothing: that may be of any kind.
            let bounds = [low.capture(), low.capture().and(high.capture())];
            bounds
                .into_iter()
                .flatten()
                .map(|bound| (column, bound))
                .collect()
        }
        (Operator::In, [column, list]) => {
            let captures: Option<Vec<_>> = list.list().iter().map(Part::capture).collect();
            let captures = captures.unwrap_or_default().into_iter();
            let captures = captures.chain(list.capture());
            captures.map(|capture| (column, capture)).collect()
        }
        _ => Vec::new(),
    }
}

/// The column that an expression names at its place.
fn named(scopes: &Scopes<'_>, expression: &Expression) -> Option<ColumnRef> {
    if !matches!(expression.kind, Kind::Name) {
        return None;
    }
    let place = expression.range.clone();
    let (table, name) = scopes.column_name(place.clone())?;
    scopes.resolve(place.start, table.as_deref(), &name)
}

/// A value where only a column makes sense, since a value is the same for each row.
pub(super) fn value_for_column(scopes: &Scopes<'_>) -> Option<Range<usize>> {
    let (mut terms, mut conditions) = (Vec::new(), Vec::new());
    scopes.tree.visit(&mut |block| {
        for clause in &block.clauses {
            match clause.keyword {
                Some(Keyword::Order | Keyword::Group | Keyword::Partition) => {
                    let parts = clause.parts.iter();
                    terms.extend(parts.filter_map(|part| term(scopes, part)));
                }
                Some(Keyword::Where | Keyword::On | Keyword::Having) => {
                    let parts = clause.parts.iter();
                    let parts = parts.filter_map(|part| part.expressions.first());
                    parts.for_each(|condition| constant(condition, &mut conditions));
                }
                _ => {}
            }
        }
    });
    let token = terms.into_iter().min().or(conditions.into_iter().min())?;
    Some(token..token + 1)
}

/// The capture in a term of an ORDER BY, ignoring what may be around it.
fn term(scopes: &Scopes<'_>, part: &Part) -> Option<usize> {
    const BEHIND: &[&str] = &["ASC", "DESC", "NULLS", "ROWS", "RANGE", "GROUPS"];
    let mut expression = part.expressions.first()?;
    let is_end = expression.range.end == part.range.end;
    if !is_end && !scopes.text.is_any(expression.range.end, BEHIND) {
        return None;
    }
    loop {
        expression = match &expression.kind {
            Kind::Capture => return Some(expression.range.start),
            Kind::Operation(Operator::Collate, operands) => operands.first()?,
            Kind::Group(_) => only(expression)?,
            _ => return None,
        };
    }
}

/// The one expression in parentheses.
fn only(group: &Expression) -> Option<&Expression> {
    match group.list() {
        [part] => part.alone(),
        _ => None,
    }
}

/// The captures that are compared only with literals, in a condition that alone decides about
/// rows: in an OR, a CASE or a value it may be a deliberate switch.
fn constant(condition: &Expression, found: &mut Vec<usize>) {
    match &condition.kind {
        Kind::Group(_) => only(condition)
            .into_iter()
            .for_each(|inner| constant(inner, found)),
        Kind::Operation(Operator::And | Operator::Not, operands) => {
            operands.iter().for_each(|operand| constant(operand, found));
        }
        Kind::Operation(operator, operands) if is_constant(*operator, operands) => {
            found.extend(operands.iter().find_map(Expression::capture));
        }
        _ => {}
    }
}

fn is_constant(operator: Operator, operands: &[Expression]) -> bool {
    match (operator, operands) {
        (Operator::Compare | Operator::Test, [left, right]) => {
            is_literal(left) && is_literal(right)
        }
        (Operator::Between, [value, low, high]) => {
            value.capture().is_some() && is_literal(low) && is_literal(high)
        }
        (Operator::In, [value, list]) => {
            let mut values = list.list().iter().map(Part::alone);
            value.capture().is_some()
                && !list.list().is_empty()
                && values.all(|value| value.is_some_and(is_literal))
        }
        _ => false,
    }
}

/// Whether that is a literal, or another value that is the same for each row.
fn is_literal(expression: &Expression) -> bool {
    match &expression.kind {
        Kind::Literal | Kind::Capture => true,
        Kind::Operation(Operator::Sign, operands) => operands.iter().all(is_literal),
        _ => false,
    }
}

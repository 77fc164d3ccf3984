//! Whether SQLite accepts the statement, and otherwise its error in the user's terms.

use super::mistakes::{Fault, Mistake};
use super::rewrite::Rewritten;
use super::statement::Statement;
use super::targets;
use crate::reflection::columns::Table;
#[cfg(feature = "check-sql")]
use crate::sqlite::engine;
#[cfg(feature = "check-sql")]
use crate::sqlite::names::same;
use actors_sqlite::limits::{COLUMNS, STATEMENT};

/// Returns the names of the columns; none if SQLite was not asked.
pub(super) fn check(
    statement: &Statement<'_>,
    rewritten: &Rewritten,
    tables: &[Table],
) -> Result<Option<Vec<String>>, Fault> {
    if rewritten.text.len() > STATEMENT {
        return Err(Fault::somewhere(Mistake::TooLong(rewritten.text.len())));
    }
    if let Some(place) = statement.stray_colon() {
        return Err(Fault::at(place, Mistake::Parameter));
    }
    if let Some(source) = statement.unknown_sources().next() {
        let name = statement.text.name(source.place).unwrap_or_default();
        let known = tables.iter().map(|table| table.name.clone()).collect();
        let place = statement.text.place(&(source.place..source.place + 1));
        return Err(Fault::at(place, Mistake::NoSuchTable { name, known }));
    }
    if let Some(token) = targets::value_for_column(&statement.scopes) {
        let place = statement.text.place(&token);
        let name = statement.text.get(token.start).to_owned();
        return Err(Fault::at(place, Mistake::ValueForColumn(name)));
    }
    let names = prepare(statement, rewritten, tables)?;
    if let Some(names) = &names
        && names.len() > COLUMNS
    {
        return Err(Fault::somewhere(Mistake::ColumnsTooMany(names.len())));
    }
    nothing_left_out(statement, tables)?;
    Ok(names)
}

/// Checks that an INSERT gives a value to all columns that need one.
fn nothing_left_out(statement: &Statement<'_>, tables: &[Table]) -> Result<(), Fault> {
    let Some(insert) = &statement.insert else {
        return Ok(());
    };
    let table = &tables[insert.table];
    let named = match &insert.columns {
        Some(columns) => columns.clone(),
        None if insert.is_default => Vec::new(),
        None => return Ok(()),
    };
    let mut columns = table.columns.iter().enumerate();
    match columns.find(|(index, column)| column.is_required && !named.contains(index)) {
        None => Ok(()),
        Some((_, column)) => Err(Fault::at(
            statement
                .text
                .place(&(insert.place..statement.text.close(insert.place) + 1)),
            Mistake::ColumnLeftOut {
                table: table.name.clone(),
                column: column.name.clone(),
            },
        )),
    }
}

#[cfg(not(feature = "check-sql"))]
fn prepare(_: &Statement<'_>, _: &Rewritten, _: &[Table]) -> Result<Option<Vec<String>>, Fault> {
    Ok(None)
}

#[cfg(feature = "check-sql")]
fn prepare(
    statement: &Statement<'_>,
    rewritten: &Rewritten,
    tables: &[Table],
) -> Result<Option<Vec<String>>, Fault> {
    let reflection = tables.iter().map(|table| table.reflection.clone());
    let Some(engine) = engine::of_tables(reflection.collect()) else {
        return Ok(None); // the table's own error says it
    };
    let found = engine.prepare(&rewritten.text);
    let names = found.map_err(|complaint| {
        let words = &complaint.words;
        let mistake = mistake(words, statement, tables, || engine.functions());
        let end = statement.text.source.trim_end().len();
        let place = match (&**words, complaint.offset) {
            ("incomplete input", _) => Some(end..end + 1),
            (_, Some(offset)) => rewritten.origin(offset),
            (_, None) => mentioned(words, statement),
        };
        let mistake = match (mistake, &place) {
            // The user has not written `?1`.
            (Mistake::Syntax(near), Some(place)) if near.starts_with('?') => {
                Mistake::ValueForSql(statement.text.source[place.clone()].to_owned())
            }
            (mistake, _) => mistake,
        };
        Fault { place, mistake }
    })?;
    Ok(Some(names))
}

/// The place of a column that SQLite names without its place.
#[cfg(feature = "check-sql")]
fn mentioned(words: &str, statement: &Statement<'_>) -> Option<std::ops::Range<usize>> {
    let text = statement.text;
    let name = between(words, " has no column named ", "")
        .or_else(|| between(words, "no such column: ", ""))
        .or_else(|| between(words, "no such table: ", ""))
        .or_else(|| between(words, "wrong number of arguments to function ", "("));
    if let Some(name) = name {
        let name = name.rsplit('.').next().unwrap_or(name);
        let mut tokens = (0..text.len()).rev();
        let found = tokens.find(|index| text.name(*index).is_some_and(|found| same(&found, name)));
        return found.map(|index| text.tokens[index].range.clone());
    }
    let is_count = words.contains(" values for ") || words.contains(" values were supplied");
    let insert = statement.insert.as_ref().filter(|_| is_count)?;
    let values = text.find(insert.place..text.len(), &["VALUES"]);
    let row = values.map_or(insert.place, |values| values + 1);
    Some(text.place(&(row..text.close(row) + 1)))
}

/// The text between those two, if both are found.
#[cfg(feature = "check-sql")]
fn between<'a>(words: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = words.split_once(before)?;
    match after {
        "" => Some(rest),
        after => rest.split_once(after).map(|(inner, _)| inner),
    }
}

/// SQLite's message in the user's terms.
#[cfg(feature = "check-sql")]
fn mistake(
    words: &str,
    statement: &Statement<'_>,
    tables: &[Table],
    functions: impl Fn() -> Vec<String>,
) -> Mistake {
    if let Some(name) = between(words, "no such function: ", "") {
        let (name, known) = (name.to_lowercase(), functions());
        return Mistake::NoSuchFunction { name, known };
    }
    if let Some(name) = between(words, "ambiguous column name: ", "") {
        return ambiguous(name, statement, tables);
    }
    if let Some(near) = between(words, "near \"", "\": syntax error") {
        return Mistake::Syntax(near.to_owned());
    }
    if words.starts_with("sub-select returns 1 columns") && has_list(statement) {
        return Mistake::ListOfRows;
    }
    if words == "incomplete input" {
        return Mistake::TooEarly;
    }
    let unknown = unknown_column(words, statement, tables);
    unknown.unwrap_or_else(|| Mistake::Sqlite(words.to_owned()))
}

/// Columns of that name in the tables, with their tables' names.
#[cfg(feature = "check-sql")]
fn ambiguous(name: &str, statement: &Statement<'_>, tables: &[Table]) -> Mistake {
    let sources = statement.scopes.sources().filter(|source| {
        let columns = source.table.map(|table| &tables[table].columns);
        columns.is_some_and(|columns| columns.iter().any(|column| same(&column.name, name)))
    });
    Mistake::Ambiguous {
        name: name.to_owned(),
        instead: sources
            .map(|source| format!("{}.{name}", source.alias))
            .collect(),
    }
}

/// The column that SQLite does not know, if that is what it says.
#[cfg(feature = "check-sql")]
fn unknown_column(words: &str, statement: &Statement<'_>, tables: &[Table]) -> Option<Mistake> {
    let is_used = |index: usize| {
        let mut sources = statement.scopes.sources();
        sources.any(|source| source.table == Some(index))
    };
    let used = tables.iter().enumerate();
    let used = used
        .filter(|(index, _)| is_used(*index))
        .map(|(_, table)| table);
    if let Some(name) = between(words, "no such column: ", "") {
        // This is how SQLite hints at a name in double quotes.
        return Some(match name.split_once("\" - ") {
            Some((name, _)) => Mistake::TextInDoubleQuotes(name.trim_matches('"').to_owned()),
            None => no_column(name, statement, &used.collect::<Vec<_>>()),
        });
    }
    let rest = words.strip_prefix("table ")?;
    let (table, name) = rest.split_once(" has no column named ")?;
    let table = used.filter(|used| same(&used.name, table));
    Some(no_column(name, statement, &table.collect::<Vec<_>>()))
}

/// Whether a list is captured.
#[cfg(feature = "check-sql")]
fn has_list(statement: &Statement<'_>) -> bool {
    let text = statement.text;
    (0..text.len()).any(|token| super::captures::is_list(text, token))
}

/// There is no column of that name, with its table's or without.
#[cfg(feature = "check-sql")]
fn no_column(name: &str, statement: &Statement<'_>, used: &[&Table]) -> Mistake {
    let (alias, column) = match name.rsplit_once('.') {
        Some((alias, column)) => (Some(alias), column),
        None => (None, name),
    };
    let table = alias.and_then(|alias| {
        let source = statement
            .scopes
            .sources()
            .find(|source| same(&source.alias, alias));
        let place = source.map(|source| source.place);
        let name = place.and_then(|place| statement.text.name(place))?;
        used.iter().find(|table| same(&table.name, &name))
    });
    let tables = match (table, alias) {
        (Some(table), _) => vec![*table],
        (None, Some(alias)) => {
            return Mistake::NoSuchAlias {
                name: alias.to_owned(),
                known: statement
                    .scopes
                    .sources()
                    .map(|source| source.alias.clone())
                    .collect(),
            };
        }
        (None, None) => used.to_vec(),
    };
    let columns = tables.iter().flat_map(|table| &table.columns);
    Mistake::NoSuchColumn {
        name: column.to_owned(),
        known: columns.map(|column| column.name.clone()).collect(),
        tables: tables.iter().map(|table| table.name.clone()).collect(),
    }
}

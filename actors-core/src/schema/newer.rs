//! Older code on a database that newer code has changed: whether it can leave the additions
//! alone, so that a deployment can be rolled back.

use super::plan::{Stored, StoredIndex, is_compatible};
use crate::error::Result;
use crate::instance::Instance;
use actors_sqlite::ddl::{Column, Index, Table};
use actors_sqlite::lex::names;

/// How the tables of a database compare to those that some code declares.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Something declared is missing or different: what.
    Lacks(String),
    /// Exactly what is declared is there.
    Same,
    /// There is more, but what is declared can be read and written as if there were not.
    More,
    /// There is more, and it forbids what the code may write: the reasons, one line each.
    Forbids(Vec<String>),
}

/// Compares them. What is not declared must be known as declared by other code: the purpose
/// of something made by hand is unknown.
///
/// # Errors
///
/// Those of the statements that try checks.
pub(crate) fn standing(
    instance: &Instance,
    declared: &Stored,
    stored: &Stored,
    known: &[String],
) -> Result<Standing> {
    let mut more = false;
    let mut reasons = Vec::new();
    for (name, table) in declared.tables.iter() {
        let Some(found) = stored.tables.get(name) else {
            return Ok(Standing::Lacks(format!("the table `{name}` is missing")));
        };
        if let Some(what) = lacks(found, table) {
            return Ok(Standing::Lacks(format!("{what} of `{name}` has changed")));
        }
        let additions = Additions::new(name, table, found);
        let is_known = |column: &&Column| known.contains(&[name, ".", &column.name].concat());
        if let Some(column) = additions.columns.iter().find(|column| !is_known(column)) {
            let column = &column.name;
            return Ok(Standing::Lacks(format!(
                "the column `{column}` of `{name}` is unknown"
            )));
        }
        more |= !additions.columns.is_empty();
        additions.columns_in_the_way(&mut reasons);
        additions.constraints_in_the_way(instance, &mut reasons)?;
    }
    let has_index = |(name, index): &(&String, &StoredIndex)| {
        let found = stored.indices.get(name);
        found.is_some_and(|found| found.index == index.index && found.table == index.table)
    };
    if let Some((name, _)) = declared.indices.iter().find(|index| !has_index(index)) {
        return Ok(Standing::Lacks(format!("the index `{name}` has changed")));
    }
    for (name, found) in stored.indices.iter() {
        if let Some(table) = declared.tables.get(&found.table)
            && let Some(of) = stored.tables.get(&found.table)
            && !declared.indices.contains(name)
        {
            more |= known.contains(name);
            let additions = Additions::new(&found.table, table, of);
            additions.index_in_the_way(name, &found.index, &mut reasons);
        }
    }
    for (name, found) in stored.tables.iter() {
        if !declared.tables.contains(name) && known.contains(name) {
            more = true;
            let columns: Vec<&Column> = found.columns.iter().collect();
            references_in_the_way(name, &columns, declared, &mut reasons);
        }
    }
    for (name, table) in declared.tables.iter() {
        if let Some(found) = stored.tables.get(name) {
            let additions = Additions::new(name, table, found);
            references_in_the_way(name, &additions.columns, declared, &mut reasons);
        }
    }
    Ok(match reasons.is_empty() {
        false => Standing::Forbids(reasons),
        true if more => Standing::More,
        true => Standing::Same,
    })
}

/// What the declared table has and the stored one lacks.
fn lacks(stored: &Table, declared: &Table) -> Option<String> {
    let differs = |column: &&Column| {
        let found = stored.column_called(&column.name);
        !found.is_some_and(|found| is_compatible(found, column))
    };
    if let Some(column) = declared.columns.iter().find(differs) {
        return Some(format!("the column `{}`", column.name));
    }
    let mut constraints = declared.constraints.keys();
    if stored.key != declared.key {
        Some("the primary key".to_owned())
    } else if stored.options != declared.options {
        Some("the form".to_owned())
    } else {
        let gone = constraints.find(|known| !stored.constraints.contains(known));
        gone.map(|constraint| format!("`{constraint}`"))
    }
}

/// What a stored table has that the declared one does not.
struct Additions<'a> {
    name: &'a str,
    declared: &'a Table,
    stored: &'a Table,
    columns: Vec<&'a Column>,
}

impl<'a> Additions<'a> {
    fn new(name: &'a str, declared: &'a Table, stored: &'a Table) -> Self {
        let is_added = |column: &&Column| declared.column_called(&column.name).is_none();
        Self {
            name,
            declared,
            stored,
            columns: stored.columns.iter().filter(is_added).collect(),
        }
    }

    /// Added columns without which no row can be written.
    fn columns_in_the_way(&self, reasons: &mut Vec<String>) {
        for column in &self.columns {
            let why = if is_generated(column) {
                continue;
            } else if !column.is_nullable() && default(column) == "NULL" {
                "can't be NULL, and has no default"
            } else if column.clause("references").is_some() && default(column) != "NULL" {
                "references another table, where its default may not be"
            } else {
                continue;
            };
            let (table, column) = (self.name, &column.name);
            reasons.push(format!("the column `{column}` of `{table}` {why}"));
        }
    }

    /// Added checks and the like that the code's rows may violate.
    fn constraints_in_the_way(&self, instance: &Instance, reasons: &mut Vec<String>) -> Result<()> {
        let of_table = (self.stored.constraints.iter())
            .filter(|(constraint, _)| !self.declared.constraints.contains(constraint));
        let of_columns = self.columns.iter().flat_map(|column| column.clauses.iter());
        let checks = of_columns.filter(|(clause, _)| clause.starts_with("check "));
        for (constraint, source) in of_table.chain(checks) {
            let passes = match constraint.split_once(' ') {
                Some(("check", _)) => self.passes(instance, &source["check".len()..])?,
                Some(("unique", columns)) => self.is_of_absent(&names(columns)),
                _ => false,
            };
            if !passes {
                let table = self.name;
                reasons.push(format!(
                    "`{constraint}` of `{table}` may forbid rows that the older code writes"
                ));
            }
        }
        Ok(())
    }

    /// Whether all rows in which the added columns have their defaults pass a check.
    fn passes(&self, instance: &Instance, check: &str) -> Result<bool> {
        let is_about = |column: &Column| names(check).contains(&column.name);
        let is_computed = |column: &&&Column| is_generated(column) && is_about(column);
        if self.declared.columns.iter().any(is_about)
            || self.columns.iter().any(|c| is_computed(&c))
        {
            return Ok(false);
        }
        let columns = self.columns.iter().filter(|column| !is_generated(column));
        let columns: Vec<String> = columns
            .map(|column| format!("{} AS \"{}\"", default(column), column.name))
            .collect();
        let columns = columns.join(", ");
        let statement =
            format!("SELECT COUNT(*) FROM (SELECT {columns}) WHERE {check} IS NOT FALSE");
        let passes: u32 = instance.own().one(&statement, ())?;
        Ok(passes > 0)
    }

    /// An added unique index that the code's rows may violate.
    fn index_in_the_way(&self, name: &str, index: &Index, reasons: &mut Vec<String>) {
        let columns = format!("( {} )", index.columns.join(" , "));
        let is_plain = index.definition == columns;
        if index.is_unique && !(is_plain && self.is_of_absent(&index.columns)) {
            let table = self.name;
            reasons.push(format!(
                "the unique index `{name}` of `{table}` may forbid rows that the older code writes"
            ));
        }
    }

    /// Whether the code writes none of these columns and leaves one of them NULL: NULLs never
    /// conflict.
    fn is_of_absent(&self, columns: &[String]) -> bool {
        let added = |name: &String| self.columns.iter().find(|column| column.name == *name);
        let is_null = |column: &&&Column| !is_generated(column) && default(column) == "NULL";
        columns
            .iter()
            .all(|name| added(name).is_some_and(|column| !is_generated(column)))
            && columns
                .iter()
                .filter_map(added)
                .any(|column| is_null(&column))
    }
}

/// Added references that prevent deleting rows of the code's own tables.
fn references_in_the_way(
    table: &str,
    columns: &[&Column],
    declared: &Stored,
    reasons: &mut Vec<String>,
) {
    for column in columns {
        let Some(references) = column.clause("references") else {
            continue;
        };
        let parent = references.split(' ').next().unwrap_or_default();
        let lets_go = ["on delete cascade", "on delete set null"]
            .iter()
            .any(|action| references.contains(action));
        if declared.tables.contains(parent) && !lets_go {
            let column = &column.name;
            reasons.push(format!(
                "the column `{column}` of `{table}` references `{parent}`, and may keep the older \
                 code from deleting rows there"
            ));
        }
    }
}

fn is_generated(column: &Column) -> bool {
    column.clause("as").is_some()
}

/// The value of the column where none is given.
fn default(column: &Column) -> &str {
    let source = column.clauses.iter().find_map(|(clause, source)| {
        clause
            .starts_with("default ")
            .then(|| source["default ".len()..].trim())
    });
    match source {
        Some(value) if !value.eq_ignore_ascii_case("null") => value,
        _ => "NULL",
    }
}

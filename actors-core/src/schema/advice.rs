//! The migration to write: the struct of a table as it is stored, and statements.

use std::fmt::Write as _;

use super::difference::{Pair, Stored};
use super::parse::{Column, Table};
use super::report::Blocker;
use crate::sql::TableDef;

/// Names that a field can only have with `r#` before them.
const KEYWORDS: [&str; 16] = [
    "as", "box", "do", "else", "fn", "for", "if", "in", "match", "mod", "move", "ref", "type",
    "use", "where", "yield",
];

/// The struct of a stored table.
pub(super) fn frozen(
    name: &str,
    table: &Table,
    stored: &Stored,
    ident: &str,
    def: Option<&TableDef>,
) -> String {
    let mut options = format!("name = \"{name}\"");
    // Databases that are older still have other names.
    if let Some(was) = def.and_then(|def| def.was) {
        let _ = write!(options, ", was = \"{was}\"");
    }
    if table.key.len() > 1 {
        let _ = write!(options, ", primary_key({})", table.key.join(", "));
    }
    if table.options.contains("without rowid") {
        options.push_str(", without_rowid");
    }
    for (constraint, source) in &table.constraints {
        if constraint.starts_with("check (") {
            let _ = write!(options, ", check = {:?}", inner(source));
        }
    }
    for (kind, is_unique) in [("index", false), ("unique", true)] {
        let list = frozen_indices(name, stored, is_unique);
        if !list.is_empty() {
            let _ = write!(options, ", {kind}({})", list.join(", "));
        }
    }
    let mut text = format!("#[sql_table({options})]\nstruct {ident} {{\n");
    for column in &table.columns {
        let mut options = column_options(column, table);
        let renamed = def.map_or(&[][..], |def| def.renamed).iter();
        let was = renamed.filter(|(name, _)| name.eq_ignore_ascii_case(&column.name));
        options.extend(was.map(|(_, was)| format!("was = \"{was}\"")));
        if !options.is_empty() {
            let _ = writeln!(text, "    #[sql({})]", options.join(", "));
        }
        let raw = if KEYWORDS.contains(&&*column.name) {
            "r#"
        } else {
            ""
        };
        let _ = writeln!(text, "    {raw}{}: {},", column.name, rust_type(column));
    }
    text.push_str("}\n");
    text
}

fn frozen_indices(table: &str, stored: &Stored, is_unique: bool) -> Vec<String> {
    let ours = stored.indices.iter().filter(|(_, found)| {
        found.table.eq_ignore_ascii_case(table) && found.index.is_unique == is_unique
    });
    ours.map(|(name, found)| {
        let columns = found.index.columns.join(", ");
        match found.index.definition.split_once(") where ") {
            Some((_, condition)) => format!("{name}({columns}, where = {condition:?})"),
            None => format!("{name}({columns})"),
        }
    })
    .collect()
}

fn column_options(column: &Column, table: &Table) -> Vec<String> {
    let mut options = Vec::new();
    if table.key == [column.name.clone()] {
        options.push("primary_key".to_owned());
    }
    for (clause, source) in &column.clauses {
        if let Some(value) = clause.strip_prefix("default ") {
            options.push(format!("default = {}", literal(value)));
        } else if clause.starts_with("check (") {
            options.push(format!("check = {:?}", inner(source)));
        } else if clause.starts_with("as (") {
            options.push(format!("generated = {:?}", inner(source)));
            options.extend(clause.ends_with(" stored").then(|| "stored".to_owned()));
        } else if let Some(parent) = clause.strip_prefix("references ") {
            options.push(references(parent));
        }
    }
    options
}

/// What is in the outermost parentheses.
fn inner(source: &str) -> &str {
    let (_, rest) = source.split_once('(').unwrap_or_default();
    rest.rsplit_once(')').map_or(rest, |(inner, _)| inner)
}

/// A literal of SQL in Rust.
fn literal(value: &str) -> String {
    if let Some(digits) = value.strip_prefix("x '") {
        let digits = digits.trim_end_matches('\'').as_bytes().chunks(2);
        let bytes = digits.map(|pair| format!("\\x{}", String::from_utf8_lossy(pair)));
        return format!("b\"{}\"", bytes.collect::<String>());
    }
    match value
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
    {
        Some(text) => format!("{:?}", text.replace("''", "'")),
        None => value.replace(' ', ""),
    }
}

/// The option for a column that references another table, whose struct is called like
/// it, as far as one can know.
fn references(clause: &str) -> String {
    let (table, action) = clause.split_once(' ').unwrap_or((clause, ""));
    let words = table.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    let parent: String = words.collect();
    match action.split_once("on delete ") {
        Some((_, action)) => format!(
            "references({parent}, on_delete = {})",
            action.replace(' ', "_")
        ),
        None => format!("references = {parent}"),
    }
}

fn rust_type(column: &Column) -> String {
    let inner = match column.sql_type.as_str() {
        "integer" | "int" => "i64",
        "real" => "f64",
        "blob" => "Vec<u8>",
        _ => "String",
    };
    match column.is_nullable() && column.clause("as").is_none() {
        true => format!("Option<{inner}>"),
        false => inner.to_owned(),
    }
}

/// The statements that bring the table to its declared form.
pub(super) fn statements(
    pair: &Pair<'_>,
    stored: &Stored,
    found: &Table,
    blockers: &[Blocker],
) -> String {
    let table = pair.def.name;
    let needs_copy = blockers.iter().any(|blocker| match blocker {
        Blocker::Changed(_) | Blocker::Key | Blocker::Constraints => true,
        Blocker::Added(column, _) => pair.declared.column_called(column).is_some_and(|column| {
            column.clause("as").is_some() || column.clause("references").is_some()
        }),
        Blocker::Gone(column) => found.key.contains(column),
        Blocker::Unique(_) => false,
    });
    let is_kept = |column: &Column| pair.declared.column_called(&column.name).is_some();
    if needs_copy || !found.columns.iter().any(is_kept) {
        return copy(pair, found);
    }
    let mut text = String::new();
    for blocker in blockers {
        let _ = match blocker {
            Blocker::Gone(column) => {
                for (name, index) in &stored.indices {
                    let mut words = index.index.definition.split(' ');
                    if index.table == pair.name() && words.any(|word| word == column) {
                        let _ = writeln!(text, "        DROP INDEX \"{name}\";");
                    }
                }
                writeln!(
                    text,
                    "        ALTER TABLE \"{table}\" DROP COLUMN \"{column}\";"
                )
            }
            Blocker::Added(column, _) => {
                let column = pair.declared.column_called(column);
                let (source, value) =
                    column.map_or(("", ""), |column| (&*column.source, empty(column)));
                writeln!(
                    text,
                    "        ALTER TABLE \"{table}\" ADD COLUMN {source} DEFAULT {value};"
                )
            }
            Blocker::Unique(name) => {
                let create = pair
                    .changed_indices(stored)
                    .find(|(changed, ..)| changed == name);
                let create = create.map_or("", |(_, _, create)| create);
                writeln!(
                    text,
                    "        -- first make the rows unique\n        {create};"
                )
            }
            _ => Ok(()),
        };
    }
    text
}

/// A new table in the place of the old one, with its rows.
fn copy(pair: &Pair<'_>, found: &Table) -> String {
    let table = pair.def.name;
    let create = pair
        .create
        .replacen(&format!("\"{table}\""), &format!("\"{table}_new\""), 1);
    let columns = || {
        let all = pair.declared.columns.iter();
        all.filter(|column| column.clause("as").is_none())
    };
    let quoted = |column: &Column| format!("\"{}\"", column.name);
    let names: Vec<String> = columns().map(quoted).collect();
    let values: Vec<String> = columns()
        .map(|column| match found.column_called(&column.name) {
            Some(stored) => quoted(stored),
            None => empty(column).to_owned(),
        })
        .collect();
    let indices: String = (pair.def.indices.iter())
        .filter(|index| index.create.starts_with("CREATE UNIQUE"))
        .map(|index| format!("        {};\n", index.create))
        .collect();
    format!(
        "        {create};\n        INSERT INTO \"{table}_new\" ({})\n            SELECT {} FROM \"{table}\";\n        \
         DROP TABLE \"{table}\";\n        ALTER TABLE \"{table}_new\" RENAME TO \"{table}\";\n{indices}",
        names.join(", "),
        values.join(", ")
    )
}

/// A value for the rows that are there.
fn empty(column: &Column) -> &'static str {
    match column.sql_type.as_str() {
        _ if column.is_nullable() => "NULL",
        "integer" | "real" => "0",
        "blob" => "x''",
        _ => "''",
    }
}

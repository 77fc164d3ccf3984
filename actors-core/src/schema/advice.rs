//! The migration to suggest: the struct of a table as it is stored, and statements.

use std::fmt::Write as _;

use super::plan::{Blocker, Pair, Stored};
use actors_sqlite::ddl::{Column, Index, Table};

/// Names that need `r#` as a field.
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
    pair: Option<&Pair<'_>>,
) -> String {
    let def = pair.map(|pair| pair.def);
    let mut options = format!("name = \"{name}\"");
    // Even older databases have the old names.
    if let Some(was) = def.and_then(|def| def.was) {
        let _ = write!(options, ", was = \"{was}\"");
    }
    if table.key.len() > 1 {
        let _ = write!(options, ", primary_key({})", table.key.join(", "));
    }
    if table.options.contains("without rowid") {
        options.push_str(", without_rowid");
    }
    for (constraint, source) in table.constraints.iter() {
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
        let mut column = column.clone();
        // A default that only the database has is one that newer databases lack.
        let now = pair.and_then(|pair| pair.declared.column_called(&column.name));
        if now.is_some_and(|now| now.clause("default").is_none()) && !column.is_nullable() {
            column
                .clauses
                .retain(|clause| !clause.starts_with("default "));
        }
        let mut options = column_options(&column, table);
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
        let _ = writeln!(text, "    {raw}{}: {},", column.name, rust_type(&column));
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
    for (clause, source) in column.clauses.iter() {
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

/// The text in the outermost parentheses.
fn inner(source: &str) -> &str {
    let (_, rest) = source.split_once('(').unwrap_or_default();
    rest.rsplit_once(')').map_or(rest, |(inner, _)| inner)
}

/// An SQL literal, in Rust.
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

/// The option for a column that references another table; its struct is assumed to be named
/// after it.
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

/// The statements that bring the table into its declared form.
pub(super) fn statements(
    pair: &Pair<'_>,
    stored: &Stored,
    found: &Table,
    blockers: &[Blocker],
) -> String {
    let table = pair.def.name;
    let needs_copy = blockers.iter().any(|blocker| match blocker {
        Blocker::Key | Blocker::Constraints => true,
        Blocker::Changed(column) => !can_be_replaced(column, &pair.declared, found),
        Blocker::Added(column, _) => pair.declared.column_called(column).is_some_and(|column| {
            column.clause("as").is_some() || column.clause("references").is_some()
        }),
        Blocker::Gone(column) => found.key.contains(column),
        Blocker::Unique(_) => false,
    });
    let is_kept = |column: &Column| pair.declared.column_called(&column.name).is_some();
    if needs_copy || !found.columns.iter().any(is_kept) {
        let referring = referring(&pair.name(), stored);
        return match referring.is_empty() {
            true => copy(pair, found),
            false => keep_first(pair.def.name, &referring),
        };
    }
    let mut text = String::new();
    for blocker in blockers {
        let _ = match blocker {
            Blocker::Gone(column) => {
                drop_indices(&mut text, pair, stored, column);
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
            Blocker::Changed(column) => {
                drop_indices(&mut text, pair, stored, column);
                replace(&mut text, pair, column);
                Ok(())
            }
            _ => Ok(()),
        };
    }
    text
}

/// Whether a new column can replace this one: nothing else refers to it.
fn can_be_replaced(name: &str, declared: &Table, found: &Table) -> bool {
    let is_about = |text: &str| text.split(' ').any(|word| word == name);
    let is_free = |table: &Table| {
        let clauses = table
            .columns
            .iter()
            .flat_map(|column| column.clauses.keys());
        let expressions =
            clauses.filter(|clause| clause.starts_with("check") || clause.starts_with("as"));
        let mut all = expressions.chain(table.constraints.keys());
        !table.key.iter().any(|key| key == name) && !all.any(|text| is_about(text))
    };
    let is_plain = |table: &Table| {
        table.column_called(name).is_some_and(|column| {
            column.clause("as").is_none()
                && (column.clause("references").is_none() || column.is_nullable())
        })
    };
    is_free(declared) && is_free(found) && is_plain(declared) && is_plain(found)
}

/// SQLite can't drop an indexed column.
fn drop_indices(text: &mut String, pair: &Pair<'_>, stored: &Stored, column: &str) {
    for (name, index) in stored.indices.iter() {
        let mut words = index.index.definition.split(' ');
        if index.table == pair.name() && words.any(|word| word == column) {
            let _ = writeln!(text, "        DROP INDEX \"{name}\";");
        }
    }
}

/// Replaces a column by a new one with its values.
fn replace(text: &mut String, pair: &Pair<'_>, name: &str) {
    let table = pair.def.name;
    let Some(column) = pair.declared.column_called(name) else {
        return;
    };
    // The macro quotes the name, and keeps the case of the field.
    let Some((name_now, rest)) = column.source.trim_start_matches('"').split_once('"') else {
        return;
    };
    let (new, quoted) = (format!("\"{name_now}_new\""), format!("\"{name_now}\""));
    let definition = format!("{new}{rest}");
    let default = match column.clause("default").is_some() || column.is_nullable() {
        true => String::new(),
        false => format!(" DEFAULT {}", empty(column)),
    };
    let _ = write!(
        text,
        "        ALTER TABLE \"{table}\" ADD COLUMN {definition}{default};\n        \
         UPDATE \"{table}\" SET {new} = {quoted};\n        \
         ALTER TABLE \"{table}\" DROP COLUMN {quoted};\n        \
         ALTER TABLE \"{table}\" RENAME COLUMN {new} TO {quoted};\n"
    );
    for index in pair.def.indices {
        let is_about = Index::parse(index.create).is_some_and(|parsed| {
            parsed.is_unique && parsed.definition.split(' ').any(|word| word == name)
        });
        if is_about {
            let _ = writeln!(text, "        {};", index.create);
        }
    }
}

/// The tables with columns that reference this one.
fn referring(name: &str, stored: &Stored) -> Vec<String> {
    let references = format!("references {name} ");
    let is_about = |clause: &String| format!("{clause} ").contains(&references);
    let tables = stored.tables.iter().filter(|(_, table)| {
        let clauses = table
            .columns
            .iter()
            .flat_map(|column| column.clauses.keys());
        clauses.chain(table.constraints.keys()).any(is_about)
    });
    tables.map(|(name, _)| name.clone()).collect()
}

/// No statements to suggest: dropping the table would change the rows of others.
fn keep_first(table: &str, referring: &[String]) -> String {
    format!(
        "        -- A new \"{table}\" has to replace the old one, and DROP TABLE would delete\n   \
              -- or change the rows that reference it, in {}. Move those to tables of their\n     \
            -- own first, delete them, and move them back at the end.\n",
        referring.join(", ")
    )
}

/// Replaces the table by a new one with its rows.
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

/// A value for the existing rows.
fn empty(column: &Column) -> &'static str {
    match column.sql_type.as_str() {
        _ if column.is_nullable() => "NULL",
        "integer" | "real" => "0",
        "blob" => "x''",
        _ => "''",
    }
}

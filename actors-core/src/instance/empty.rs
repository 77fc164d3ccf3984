//! Statements on tables that do not exist, as if they existed and were empty.

use crate::sql::TableDef;
use actors_sqlite::lex;

/// The statement with each table as a common table expression without rows; none if it is
/// not a query.
pub(crate) fn empty_tables<'a>(
    statement: &str,
    tables: impl Iterator<Item = &'a TableDef>,
) -> Option<String> {
    let (at, is_with) = lex::query(statement)?;
    let (before, after) = statement.split_at_checked(at)?;
    let mut text = before.to_owned();
    let mut separator = if is_with { " " } else { "WITH " };
    for def in tables {
        text.extend([separator, "\"", def.name, "\" ("]);
        for (index, column) in def.columns.iter().enumerate() {
            text.extend([if index > 0 { ", \"" } else { "\"" }, column, "\""]);
        }
        text.push_str(") AS (SELECT NULL");
        text.extend(def.columns.iter().skip(1).map(|_| ", NULL"));
        text.push_str(" WHERE 0)");
        separator = ", ";
    }
    text.push_str(if is_with { ", " } else { " " });
    text.push_str(after);
    Some(text)
}

//! Statements on tables that do not exist, as if they existed and were empty.

use super::tables::own;
use crate::sql::TableDef;
use actors_sqlite::ddl::Table;
use actors_sqlite::lex;

/// The statement with each table as a common table expression without rows; none if it is
/// not a query.
pub(crate) fn empty_tables(statement: &str, tables: &'static [TableDef]) -> Option<String> {
    let (at, is_with) = lex::query(statement)?;
    let tables = own().chain(tables).filter_map(|def| {
        let columns = Table::parse(&def.create.concat())?.columns;
        let names: Vec<String> = (columns.iter())
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        let nulls = vec!["NULL"; names.len()].join(", ");
        let (name, names) = (def.name, names.join(", "));
        Some(format!("\"{name}\" ({names}) AS (SELECT {nulls} WHERE 0)"))
    });
    let tables = tables.collect::<Vec<_>>().join(", ");
    let (before, after) = statement.split_at(at);
    Some(match is_with {
        true => format!("{before} {tables}, {after}"),
        false => format!("WITH {tables} {after}"),
    })
}

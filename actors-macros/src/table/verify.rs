//! Has SQLite check the expressions that a table declares.

use syn::LitStr;

use super::column::Column;
use super::mistakes::Mistake;
use super::model::Table;
use crate::common::mistakes::Mistakes;
use crate::sqlite::engine::Engine;
use crate::sqlite::names::quoted;

const JSON: &str = "CREATE TABLE json (value TEXT CHECK (json_valid(value)))";

impl Table {
    /// Gives SQLite the expressions one by one, so that each mistake has its span.
    pub(super) fn verify(&self, mistakes: &mut Mistakes) {
        if run(&[self.bare("")]).is_err() {
            return; // the columns have mistakes of their own
        }
        for column in self.columns.iter().filter(|column| column.is_json) {
            if let Some(default) = &column.default {
                let insert = format!("INSERT INTO json VALUES ({})", default.sql);
                if run(&[JSON.to_owned(), insert]).is_err() {
                    mistakes.add(&default.place, Mistake::DefaultJson);
                }
            }
        }
        for (text, statements) in self.expressions() {
            let outcome = check_form(&text.value()).and_then(|()| run(&statements));
            if let Err(words) = outcome {
                self.refuse(text, &words, mistakes);
            }
        }
    }

    /// Each expression, and statements that it is in.
    fn expressions(&self) -> Vec<(&LitStr, Vec<String>)> {
        let mut all = Vec::new();
        let checks = self.columns.iter();
        let checks = checks.filter_map(|column| column.check.as_ref());
        for check in checks.chain(&self.check) {
            let rest = format!(", CHECK ({}\n)", check.value());
            all.push((check, vec![self.bare(&rest)]));
        }
        let generated = self.columns.iter();
        for generated in generated.filter_map(|column| column.generated.as_ref()) {
            // A second column, so that the expression does not refer to itself.
            let expression = generated.expression.value();
            let rest = format!(", \"generated now\" ANY GENERATED ALWAYS AS ({expression}\n)");
            all.push((&generated.expression, vec![self.bare(&rest)]));
        }
        for index in &self.indices {
            if let Some(condition) = &index.condition {
                all.push((condition, vec![self.bare(""), self.create_index(index)]));
            }
        }
        all
    }

    /// The table with only its columns, and `rest`.
    fn bare(&self, rest: &str) -> String {
        let columns = self.columns.iter().map(Column::bare);
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("CREATE TABLE {} ({columns}{rest})", quoted(&self.name))
    }

    fn refuse(&self, text: &LitStr, words: &str, mistakes: &mut Mistakes) {
        let columns: Vec<&str> = self.columns.iter().map(|column| &*column.name).collect();
        let columns = &*columns;
        // SQLite hints at a name in double quotes after a dash.
        let unknown = words.strip_prefix("no such column: ");
        let unknown = unknown.map(|name| name.split(" - ").next().unwrap_or(name));
        let mistake = match unknown.map(|name| name.trim_matches('"')) {
            Some(column) => Mistake::ExpressionColumn { column, columns },
            None if words == "incomplete input" => Mistake::ExpressionEnds,
            None => Mistake::Expression(words),
        };
        mistakes.add(text, mistake);
    }
}

/// Runs the statements in a fresh database.
fn run(statements: &[String]) -> Result<(), String> {
    let engine = Engine::new();
    let mut statements = statements.iter();
    statements.try_for_each(|statement| engine.define(statement).map_err(|no| no.words))
}

/// Whether the text is one expression, whatever its names: with unbalanced parentheses it
/// could be more.
fn check_form(expression: &str) -> Result<(), String> {
    match Engine::new().prepare(&format!("SELECT 1 WHERE {expression}\n")) {
        Err(no) if no.words.contains("syntax error") || no.words == "incomplete input" => {
            Err(no.words)
        }
        _ => Ok(()),
    }
}

impl Column {
    /// Its name and its type.
    fn bare(&self) -> String {
        format!("{} {}", self.quoted(), self.sql_type.unwrap_or("ANY"))
    }
}

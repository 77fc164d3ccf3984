//! What SQLite itself says to the expressions that a table declares.

use syn::LitStr;

use super::column::Column;
use super::model::Table;
use crate::common::mistakes::{Mistake, Mistakes};
use crate::sqlite::engine::Engine;
use crate::sqlite::names::quoted;

const JSON: &str = "CREATE TABLE json (value TEXT CHECK (json_valid(value)))";

impl Table {
    /// Gives SQLite the expressions one by one, so that each mistake has its place.
    pub(super) fn verify(&self, mistakes: &mut Mistakes) {
        let columns = self.columns.iter().map(Column::bare);
        let columns: String = columns.collect::<Vec<_>>().join(", ");
        let create = |rest: &str| format!("CREATE TABLE {} ({columns}{rest})", quoted(&self.name));
        if Engine::new().define(&create("")).is_err() {
            return; // the columns have mistakes of their own
        }
        for column in self.columns.iter().filter(|column| column.is_json) {
            if let Some(default) = &column.default {
                let (check, insert) = (JSON, format!("INSERT INTO json VALUES ({})", default.sql));
                let engine = Engine::new();
                if engine
                    .define(check)
                    .and_then(|()| engine.define(&insert))
                    .is_err()
                {
                    mistakes.add(&default.place, Mistake::DefaultJson);
                }
            }
        }
        let mut verify = |text: &LitStr, statements: &[&str]| {
            let engine = Engine::new();
            let outcome = check_form(&engine, &text.value());
            let outcome = outcome.and_then(|()| {
                let mut statements = statements.iter();
                statements.try_for_each(|statement| engine.define(statement).map_err(|no| no.words))
            });
            if let Err(words) = outcome {
                let columns: Vec<&str> = self.columns.iter().map(|column| &*column.name).collect();
                self.refuse(text, &words, &columns, mistakes);
            }
        };
        let column_checks = self
            .columns
            .iter()
            .filter_map(|column| column.check.as_ref());
        for check in column_checks.chain(&self.check) {
            let rest = format!(", CHECK ({}\n)", check.value());
            verify(check, &[&create(&rest)]);
        }
        for generated in self
            .columns
            .iter()
            .filter_map(|column| column.generated.as_ref())
        {
            // Its own column is there twice, under another name, lest it refers to itself.
            let expression = generated.expression.value();
            let rest = format!(", \"generated now\" ANY GENERATED ALWAYS AS ({expression}\n)");
            verify(&generated.expression, &[&create(&rest)]);
        }
        for index in &self.indices {
            if let Some(condition) = &index.condition {
                verify(condition, &[&create(""), &self.create_index(index)]);
            }
        }
    }

    fn refuse(&self, text: &LitStr, words: &str, columns: &[&str], mistakes: &mut Mistakes) {
        let unknown = words.strip_prefix("no such column: ");
        match unknown.map(|name| name.split(" - ").next().unwrap_or(name).trim_matches('"')) {
            Some(column) => mistakes.add(text, Mistake::ExpressionColumn { column, columns }),
            None => mistakes.add(text, Mistake::Expression(words)),
        }
    }
}

/// Whether the text is one expression, whatever its names are: parentheses that are
/// closed in it and opened again could be more.
fn check_form(engine: &Engine, expression: &str) -> Result<(), String> {
    match engine.prepare(&format!("SELECT 1 WHERE {expression}\n")) {
        Err(no) if no.words.contains("syntax error") || no.words.contains("incomplete input") => {
            Err(no.words.replace("incomplete input", "it ends too early"))
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

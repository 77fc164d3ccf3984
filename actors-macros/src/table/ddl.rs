//! The table's statements. Names are quoted, so that they may be SQL keywords.

use proc_macro2::TokenStream;
use quote::quote;

use super::column::Column;
use super::index::Index;
use super::model::Table;
use crate::sqlite::names::quoted;

/// A piece of a `CREATE TABLE`: only rustc knows the column types of the user's own types,
/// and the names of referenced tables.
pub(super) enum Part {
    Text(String),
    Rust(TokenStream),
}

impl Table {
    /// The `CREATE TABLE` as the database gets it, in parts.
    pub(super) fn create_parts(&self) -> Vec<TokenStream> {
        let mut parts = vec![Part::Text(format!("CREATE TABLE {} (", quoted(&self.name)))];
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                parts.push(Part::Text(", ".to_owned()));
            }
            parts.extend(column.definition(self));
        }
        parts.push(Part::Text(self.rest()));
        joined(parts)
    }

    /// The `CREATE TABLE` that statements are checked against at compile time.
    pub(super) fn create(&self) -> String {
        let columns = self.columns.iter().map(|column| {
            let parts = column.definition_to_check(self);
            parts.into_iter().collect::<String>()
        });
        format!(
            "CREATE TABLE {} ({}{}",
            quoted(&self.name),
            list(columns),
            self.rest()
        )
    }

    /// What follows the columns.
    fn rest(&self) -> String {
        let mut rest = String::new();
        if self.key.len() > 1 {
            rest.push_str(&format!(", PRIMARY KEY ({})", self.key_list()));
        }
        if let Some(check) = &self.check {
            rest.push_str(&format!(", CHECK ({})", check.value()));
        }
        rest.push_str(") STRICT");
        if self.is_without_rowid {
            rest.push_str(", WITHOUT ROWID");
        }
        rest
    }

    pub(super) fn create_index(&self, index: &Index) -> String {
        let unique = if index.is_unique { "UNIQUE " } else { "" };
        let columns = list(index.columns.iter().map(|column| quoted(column)));
        let condition = match &index.condition {
            Some(condition) => format!(" WHERE {}", condition.value()),
            None => String::new(),
        };
        format!(
            "CREATE {unique}INDEX \"{}\" ON \"{}\" ({columns}){condition}",
            index.name, self.name
        )
    }

    pub(super) fn insert(&self) -> String {
        let places = list(self.written().map(|_| "?".to_owned()));
        format!(
            "INSERT INTO \"{}\" ({}) VALUES ({places})",
            self.name,
            list(self.written().map(Column::quoted))
        )
    }

    /// An `insert` that does `action` if there is a row with the same values in these
    /// columns: those of the primary key, or of a unique index.
    pub(super) fn insert_or(
        &self,
        columns: &[&str],
        index: Option<&Index>,
        action: &str,
    ) -> String {
        let condition = index.and_then(|index| index.condition.as_ref());
        let condition = condition.map(|condition| format!(" WHERE {}", condition.value()));
        format!(
            "{} ON CONFLICT ({}){} DO {action}",
            self.insert(),
            list(columns.iter().map(|column| quoted(column))),
            condition.unwrap_or_default()
        )
    }

    /// The `UPDATE` of all columns but these and the primary key.
    pub(super) fn update_on_conflict(&self, columns: &[&str]) -> String {
        let assign = |name: String| format!("{name} = excluded.{name}");
        let others = self.others();
        let others = others.filter(|column| !columns.contains(&&*column.name));
        let assignments = list(others.map(|column| assign(column.quoted())));
        match (assignments.as_str(), self.auto()) {
            ("", None) => "NOTHING".to_owned(),
            // Nothing changes, but the row is returned.
            ("", Some(id)) => format!("UPDATE SET {0} = {0}", id.quoted()),
            (assignments, _) => format!("UPDATE SET {assignments}"),
        }
    }

    /// Deletes the row that got its id last.
    pub(super) fn delete_last(&self, id: &Column) -> String {
        let (table, id) = (quoted(&self.name), id.quoted());
        format!("DELETE FROM {table} WHERE {id} = (SELECT MAX({id}) FROM {table})")
    }

    /// None if there are only key columns.
    pub(super) fn update(&self) -> Option<String> {
        let assignments = list(
            self.others()
                .map(|column| format!("{} = ?", column.quoted())),
        );
        (!assignments.is_empty()).then(|| {
            format!(
                "UPDATE \"{}\" SET {assignments} WHERE {}",
                self.name,
                self.by_key()
            )
        })
    }

    pub(super) fn select(&self) -> String {
        format!(
            "SELECT {} FROM \"{}\" WHERE {}",
            self.column_list(),
            self.name,
            self.by_key()
        )
    }

    pub(super) fn select_all(&self) -> String {
        let order = match self.key.is_empty() {
            false => format!(" ORDER BY {}", self.key_list()),
            true => String::new(),
        };
        format!(
            "SELECT {} FROM \"{}\"{order}",
            self.column_list(),
            self.name
        )
    }

    pub(super) fn delete(&self) -> String {
        format!("DELETE FROM \"{}\" WHERE {}", self.name, self.by_key())
    }

    fn by_key(&self) -> String {
        let parts = self
            .key_columns()
            .map(|key| format!("{} = ?", key.quoted()));
        parts.collect::<Vec<_>>().join(" AND ")
    }

    fn key_list(&self) -> String {
        list(self.key_columns().map(Column::quoted))
    }

    fn column_list(&self) -> String {
        list(self.columns.iter().map(Column::quoted))
    }

    /// The columns that are written: SQLite computes the others.
    pub(super) fn written(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| column.generated.is_none())
    }

    /// Those of them that are not in the key.
    pub(super) fn others(&self) -> impl Iterator<Item = &Column> {
        self.written()
            .filter(|column| self.key_columns().all(|key| key.name != column.name))
    }
}

impl Column {
    /// The definition for the database.
    fn definition(&self, table: &Table) -> Vec<Part> {
        let krate = &table.krate;
        let mut parts = vec![
            Part::Text(format!("{} ", self.quoted())),
            match (self.sql_type, self.is_json) {
                (Some(_), false) => {
                    let value = self.carried(krate);
                    Part::Rust(quote!(<#value as #krate::sql::SqlValue>::TYPE))
                }
                (sql_type, _) => Part::Text(sql_type.unwrap_or("ANY").to_owned()),
            },
            Part::Text(self.constraints(table)),
        ];
        if let Some(references) = &self.references {
            let parent = self.parent(krate);
            parts.extend([
                Part::Text(" REFERENCES \"".to_owned()),
                Part::Rust(quote!(#parent::NAME)),
                Part::Text(match references.on_delete {
                    Some(action) => format!("\" ON DELETE {action}"),
                    None => "\"".to_owned(),
                }),
            ]);
        }
        parts
    }

    /// The definition without what only the database needs.
    fn definition_to_check(&self, table: &Table) -> [String; 3] {
        [
            format!("{} ", self.quoted()),
            self.checked_type().to_owned(),
            self.constraints(table),
        ]
    }

    fn constraints(&self, table: &Table) -> String {
        let mut constraints = String::new();
        if !self.is_nullable {
            constraints.push_str(" NOT NULL");
        }
        if table.key.len() == 1 && table.key_columns().any(|key| key.name == self.name) {
            constraints.push_str(" PRIMARY KEY");
        }
        if let Some(default) = &self.default {
            constraints.push_str(&format!(" DEFAULT {}", default.sql));
        }
        if let Some(check) = &self.check {
            constraints.push_str(&format!(" CHECK ({})", check.value()));
        }
        if let Some(generated) = &self.generated {
            let kind = if generated.is_stored {
                "STORED"
            } else {
                "VIRTUAL"
            };
            let expression = generated.expression.value();
            constraints.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {kind}"));
        }
        constraints
    }

    pub(super) fn quoted(&self) -> String {
        quoted(&self.name)
    }
}

/// The parts as expressions, with adjacent texts merged.
fn joined(parts: Vec<Part>) -> Vec<TokenStream> {
    let mut expressions = Vec::new();
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(more) => text.push_str(&more),
            Part::Rust(expression) => {
                if !text.is_empty() {
                    expressions.push(quote!(#text));
                    text.clear();
                }
                expressions.push(expression);
            }
        }
    }
    expressions.push(quote!(#text));
    expressions
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

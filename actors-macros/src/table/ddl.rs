//! The table's statements. Names are quoted, so that they may be SQL's keywords.

use super::model::{Column, Index, Table};

impl Table {
    pub(super) fn create(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(Column::definition).collect();
        format!(
            "CREATE TABLE \"{}\" ({}) STRICT",
            self.name,
            columns.join(", ")
        )
    }

    pub(super) fn create_index(&self, index: &Index) -> String {
        let unique = if index.is_unique { "UNIQUE " } else { "" };
        let columns = list(index.columns.iter().map(|column| quoted(column)));
        format!(
            "CREATE {unique}INDEX \"{}\" ON \"{}\" ({columns})",
            index.name, self.name
        )
    }

    pub(super) fn insert(&self) -> String {
        let places = list(self.columns.iter().map(|_| "?".to_owned()));
        format!(
            "INSERT INTO \"{}\" ({}) VALUES ({places})",
            self.name,
            self.column_list()
        )
    }

    pub(super) fn upsert(&self, key: &Column) -> String {
        let assignments = list(
            self.others()
                .map(|column| format!("{0} = excluded.{0}", column.quoted())),
        );
        let action = match assignments.as_str() {
            "" => "NOTHING".to_owned(),
            assignments => format!("UPDATE SET {assignments}"),
        };
        format!(
            "{} ON CONFLICT ({}) DO {action}",
            self.insert(),
            key.quoted()
        )
    }

    /// None if there is nothing but the key.
    pub(super) fn update(&self, key: &Column) -> Option<String> {
        let assignments = list(
            self.others()
                .map(|column| format!("{} = ?", column.quoted())),
        );
        (!assignments.is_empty()).then(|| {
            format!(
                "UPDATE \"{}\" SET {assignments} WHERE {} = ?",
                self.name,
                key.quoted()
            )
        })
    }

    pub(super) fn select(&self, key: &Column) -> String {
        format!(
            "SELECT {} FROM \"{}\" WHERE {} = ?",
            self.column_list(),
            self.name,
            key.quoted()
        )
    }

    pub(super) fn select_all(&self) -> String {
        let order = match self.columns.iter().find(|column| column.is_key) {
            Some(key) => format!(" ORDER BY {}", key.quoted()),
            None => String::new(),
        };
        format!(
            "SELECT {} FROM \"{}\"{order}",
            self.column_list(),
            self.name
        )
    }

    pub(super) fn delete(&self, key: &Column) -> String {
        format!("DELETE FROM \"{}\" WHERE {} = ?", self.name, key.quoted())
    }

    fn column_list(&self) -> String {
        list(self.columns.iter().map(Column::quoted))
    }

    fn others(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.is_key)
    }
}

impl Column {
    fn definition(&self) -> String {
        let sql_type = self.sql_type.unwrap_or_default();
        let mut definition = format!("{} {sql_type}", self.quoted());
        if !self.is_nullable {
            definition.push_str(" NOT NULL");
        }
        if self.is_key {
            definition.push_str(" PRIMARY KEY");
        }
        if self.is_unique {
            definition.push_str(" UNIQUE");
        }
        definition
    }

    fn quoted(&self) -> String {
        quoted(&self.name)
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

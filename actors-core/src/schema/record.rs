//! What the framework's row records of the schema, as JSON.

use super::migration::Done;
use crate::error::{Error, Result};
use crate::instance::{ActorDef, Instance};
use crate::sql::TableDef;

/// The history of the database.
#[derive(Default)]
pub(crate) struct Record {
    /// The tables that were declared.
    pub(crate) tables: Vec<String>,
    pub(crate) migrations: Vec<Done>,
    /// The tables with their columns and indices.
    pub(crate) parts: Vec<String>,
    /// The alarms that were declared.
    pub(crate) alarms: Vec<String>,
    /// Its earlier fingerprints, the newest last.
    pub(crate) before: Vec<i64>,
}

/// How many earlier fingerprints are kept.
const MOST_BEFORE: usize = 32;

/// The items of all lists in a record: the list, the text, the number. SQLite reads JSON, so that
/// an actor need not include a reader.
const SELECT: &str = "SELECT list.key, \
     CASE item.type WHEN 'object' THEN item.value ->> '$.id' WHEN 'text' THEN item.value END, \
     CASE item.type WHEN 'object' THEN item.value ->> '$.checksum' \
     WHEN 'integer' THEN item.value END \
     FROM _actors, json_each(_actors.schema) AS list, json_each(list.value) AS item";

impl Record {
    /// The record of what the code declares.
    pub(super) fn of(def: ActorDef, before: Vec<i64>) -> Self {
        let tables = def.tables.iter().map(|def| def.name.to_ascii_lowercase());
        Self {
            tables: tables.collect(),
            migrations: def.migrations.iter().map(Done::from).collect(),
            parts: parts(def.tables),
            alarms: def.declared_alarms().collect(),
            before,
        }
    }

    pub(super) fn read(instance: &Instance) -> Result<Self> {
        let mut record = Self::default();
        let add = |(list, text, number): (String, Option<String>, Option<i64>)| {
            record.add(&list, text.unwrap_or_default(), number.unwrap_or_default());
            Ok(())
        };
        let read = instance.own().for_each(SELECT, (), add);
        read.map_err(|error| {
            Error::schema(format!("the record of the schema can't be read: {error}"))
        })?;
        Ok(record)
    }

    fn add(&mut self, list: &str, text: String, number: i64) {
        match list {
            "tables" => self.tables.push(text),
            "migrations" => self.migrations.push(Done {
                id: text,
                checksum: number,
            }),
            "parts" => self.parts.push(text),
            "alarms" => self.alarms.push(text),
            "before" => self.before.push(number),
            _ => {}
        }
    }

    pub(crate) fn to_json(&self) -> String {
        let mut json = Json(String::new());
        json.list("{\"tables\":[", &self.tables, |json, table| {
            json.text(table)
        });
        json.list("],\"migrations\":[", &self.migrations, |json, done| {
            json.0.push_str("{\"id\":");
            json.text(&done.id);
            json.0.push_str(",\"checksum\":");
            json.number(done.checksum);
            json.0.push('}');
        });
        json.list("],\"parts\":[", &self.parts, |json, part| json.text(part));
        json.list("],\"alarms\":[", &self.alarms, |json, alarm| {
            json.text(alarm)
        });
        json.list("],\"before\":[", &self.before, |json, before| {
            json.number(*before)
        });
        json.0.push_str("]}");
        json.0
    }

    /// The earlier fingerprints, followed by the one until now.
    pub(super) fn with_before(mut self, found: i64) -> Vec<i64> {
        self.before.retain(|before| *before != found);
        self.before.push(found);
        let more = self.before.len().saturating_sub(MOST_BEFORE);
        self.before.split_off(more)
    }
}

/// What is declared, as it stands in a record: the tables, their columns and indices.
pub(crate) fn parts(tables: &[TableDef]) -> Vec<String> {
    let parts = tables.iter().flat_map(|def| {
        let columns = def.columns.iter();
        let columns = columns.map(|column| format!("{}.{column}", def.name));
        let indices = def.indices.iter().map(|index| index.name.to_owned());
        std::iter::once(def.name.to_owned())
            .chain(columns)
            .chain(indices)
    });
    parts.map(|part| part.to_ascii_lowercase()).collect()
}

/// A text of JSON.
struct Json(String);

impl Json {
    fn list<T>(&mut self, head: &str, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.0.push_str(head);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            write(self, item);
        }
    }

    fn number(&mut self, number: i64) {
        self.0.push_str(&number.to_string());
    }

    fn text(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.0.extend(['\\', c]),
                '\0'..' ' => self.0.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => self.0.push(c),
            }
        }
        self.0.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_json() {
        let text = "a \"b\" \\ \n ä";
        let record = Record {
            tables: vec![text.to_owned(), "b".to_owned()],
            migrations: vec![Done {
                id: "M".to_owned(),
                checksum: -7,
            }],
            before: vec![1, 2],
            ..Record::default()
        };
        let json: serde_json::Value = serde_json::from_str(&record.to_json()).expect("JSON");
        let expected = serde_json::json!({
            "tables": [text, "b"], "migrations": [{"id": "M", "checksum": -7}],
            "parts": [], "alarms": [], "before": [1, 2],
        });
        assert_eq!(json, expected);
    }
}

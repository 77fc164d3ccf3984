//! What a configuration of wrangler says about Durable Objects.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::common::config::File;

/// The part of the file that is about Durable Objects, without those of other Workers.
#[derive(Debug, Default)]
pub(super) struct Wrangler {
    pub(super) is_json: bool,
    pub(super) form: Form,
    /// Whether the runtime gives the Worker its own classes, so that these need no bindings.
    pub(super) has_its_own: bool,
    bindings: Vec<Binding>,
    /// The classes that exist once all is applied.
    stored: BTreeMap<String, Storage>,
}

/// How the file says which classes there are.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Form {
    /// Each deployment has all of them.
    #[default]
    Exports,
    /// One change after the other, with the tag of the next one.
    Migrations(String),
}

/// Where a class stores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Storage {
    Sqlite,
    Other,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    compatibility_date: String,
    #[serde(default)]
    compatibility_flags: Vec<String>,
    #[serde(default)]
    durable_objects: DurableObjects,
    #[serde(default)]
    migrations: Vec<Migration>,
    #[serde(default)]
    exports: BTreeMap<String, Export>,
}

#[derive(Default, Deserialize)]
struct DurableObjects {
    #[serde(default)]
    bindings: Vec<Binding>,
}

#[derive(Debug, Deserialize)]
struct Binding {
    name: String,
    class_name: String,
    script_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Migration {
    tag: String,
    new_classes: Vec<String>,
    new_sqlite_classes: Vec<String>,
    renamed_classes: Vec<Change>,
    transferred_classes: Vec<Change>,
    deleted_classes: Vec<String>,
}

/// A class that was renamed, or comes from another Worker.
#[derive(Deserialize)]
struct Change {
    from: String,
    to: String,
}

/// What the Worker exports, a class or something else.
#[derive(Deserialize)]
struct Export {
    #[serde(rename = "type")]
    kind: String,
    state: Option<String>,
    storage: Option<String>,
}

impl Wrangler {
    pub(super) fn read(file: &File) -> Result<Self, String> {
        file.read().map(|content| Self::of(content, file.is_json()))
    }

    fn of(content: Content, is_json: bool) -> Self {
        let (form, has_its_own) = (content.form(), content.has_its_own());
        let mut stored = BTreeMap::new();
        for migration in content.migrations {
            migration.apply(&mut stored);
        }
        for (class, export) in content.exports {
            if let Some(storage) = export.storage() {
                stored.insert(class, storage);
            }
        }
        let mut bindings = content.durable_objects.bindings;
        bindings.retain(|binding| binding.script_name.is_none());
        Self {
            is_json,
            form,
            has_its_own,
            bindings,
            stored,
        }
    }

    /// The names by which the class is bound.
    pub(super) fn bindings(&self, class: &str) -> Vec<&str> {
        let bindings = self.bindings.iter();
        let bindings = bindings.filter(|binding| binding.class_name == class);
        bindings.map(|binding| &*binding.name).collect()
    }

    pub(super) fn storage(&self, class: &str) -> Option<Storage> {
        self.stored.get(class).copied()
    }

    /// All classes, each once.
    pub(super) fn classes(&self) -> impl Iterator<Item = &str> {
        let bound = self.bindings.iter().map(|binding| &*binding.class_name);
        let bound = bound.filter(|class| self.storage(class).is_none());
        let mut all: Vec<_> = self
            .stored
            .keys()
            .map(String::as_str)
            .chain(bound)
            .collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }
}

/// Since when `ctx.exports` has the Worker's own classes without a flag.
const ITS_OWN: &str = "2025-11-17";

impl Content {
    fn has_its_own(&self) -> bool {
        let has = |flag: &str| self.compatibility_flags.iter().any(|set| set == flag);
        match &*self.compatibility_date {
            date if date >= ITS_OWN => !has("disable_ctx_exports"),
            _ => has("enable_ctx_exports"),
        }
    }

    fn form(&self) -> Form {
        let is_taken = |tag: &str| self.migrations.iter().any(|migration| migration.tag == tag);
        match self.migrations.len() {
            0 => Form::Exports,
            count => {
                let tags = (count + 1..).map(|number| format!("v{number}"));
                Form::Migrations(tags.filter(|tag| !is_taken(tag)).take(1).collect())
            }
        }
    }
}

impl Migration {
    fn apply(self, stored: &mut BTreeMap<String, Storage>) {
        let sqlite = self.new_sqlite_classes.into_iter();
        stored.extend(sqlite.map(|class| (class, Storage::Sqlite)));
        let others = self.new_classes.into_iter();
        stored.extend(others.map(|class| (class, Storage::Other)));
        for Change { from, to } in self.renamed_classes {
            if let Some(storage) = stored.remove(&from) {
                stored.insert(to, storage);
            }
        }
        // The other Worker knows what it stores in.
        let transferred = self.transferred_classes.into_iter();
        stored.extend(transferred.map(|class| (class.to, Storage::Sqlite)));
        for class in self.deleted_classes {
            stored.remove(&class);
        }
    }
}

impl Export {
    /// Where it stores, if it is a class that is there.
    fn storage(&self) -> Option<Storage> {
        if self.kind != "durable-object" {
            return None;
        }
        match self.state.as_deref() {
            None | Some("created" | "expecting-transfer") => Some(match self.storage.as_deref() {
                Some("sqlite") => Storage::Sqlite,
                _ => Storage::Other,
            }),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::config;

    fn read(text: &str, is_json: bool) -> Wrangler {
        let content = config::parse(text, is_json).expect("a configuration");
        Wrangler::of(content, is_json)
    }

    /// The classes, and whether they store in SQLite.
    fn classes(text: &str, is_json: bool) -> Vec<(String, Option<bool>)> {
        let wrangler = read(text, is_json);
        let is_sqlite = |class| Some(wrangler.storage(class)? == Storage::Sqlite);
        let classes = wrangler.classes();
        classes
            .map(|class| (class.to_owned(), is_sqlite(class)))
            .collect()
    }

    fn is(class: &str, is_sqlite: Option<bool>) -> (String, Option<bool>) {
        (class.to_owned(), is_sqlite)
    }

    #[test]
    fn migrations_are_applied_one_after_the_other() {
        let text = r#"
            [[durable_objects.bindings]]
            name = "THEIRS"
            class_name = "Theirs"
            script_name = "another"
            [[durable_objects.bindings]]
            name = "BOUND"
            class_name = "Bound"
            [[migrations]]
            tag = "v1"
            new_sqlite_classes = ["Room", "Gone"]
            new_classes = ["Old"]
            [[migrations]]
            tag = "v2"
            renamed_classes = [{ from = "Old", to = "Older" }]
            transferred_classes = [{ from = "X", from_script = "x", to = "Moved" }]
            deleted_classes = ["Gone"]
        "#;
        let expected = [
            is("Bound", None),
            is("Moved", Some(true)),
            is("Older", Some(false)),
            is("Room", Some(true)),
        ];
        assert_eq!(classes(text, false), expected);
        let wrangler = read(text, false);
        assert_eq!(wrangler.form, Form::Migrations("v3".to_owned()));
    }

    #[test]
    fn exports_are_what_there_is() {
        let text = r#"{
            // A comment, and a comma at the end.
            "exports": {
                "Room": { "type": "durable-object", "storage": "sqlite" },
                "Old": { "type": "durable-object", "storage": "legacy-kv", "state": "created" },
                "Gone": { "type": "durable-object", "state": "deleted" },
                "Was": { "type": "durable-object", "state": "renamed", "renamed_to": "Room" },
                "Comes": {
                    "type": "durable-object", "state": "expecting-transfer",
                    "storage": "sqlite", "transfer_from": "x",
                },
                "Api": { "type": "worker-entrypoint" },
            },
        }"#;
        let expected = [
            is("Comes", Some(true)),
            is("Old", Some(false)),
            is("Room", Some(true)),
        ];
        assert_eq!(classes(text, true), expected);
    }

    #[test]
    fn the_runtime_gives_a_worker_its_own_classes_since_a_date_or_by_a_flag() {
        let has = |text: &str| read(text, false).has_its_own;
        assert!(has("compatibility_date = \"2025-11-17\""));
        assert!(!has("compatibility_date = \"2025-11-16\""));
        assert!(!has(""));
        let with = |date: &str, flag: &str| {
            has(&format!(
                "compatibility_date = \"{date}\"\ncompatibility_flags = [\"{flag}\"]"
            ))
        };
        assert!(with("2025-01-01", "enable_ctx_exports"));
        assert!(!with("2026-01-01", "disable_ctx_exports"));
    }

    #[test]
    fn a_tag_is_new() {
        let text = "[[migrations]]\ntag = \"v2\"\n[[migrations]]\ntag = \"v3\"";
        let wrangler = read(text, false);
        assert_eq!(wrangler.form, Form::Migrations("v4".to_owned()));
        assert_eq!(read("", false).form, Form::Exports);
    }
}

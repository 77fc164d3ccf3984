//! What to write into the configuration, in its own language.

use super::wrangler::{Form, Wrangler};
use crate::entry::mistakes::{Mistake, NAME, Unbound};

/// The file, and what it says.
pub(super) struct Advice<'a> {
    pub(super) file: &'a str,
    pub(super) wrangler: Wrangler,
}

impl Advice<'_> {
    pub(super) fn misspelt<'a>(&'a self, other: &'a str, class: &'a str) -> Mistake<'a> {
        let file = self.file;
        Mistake::Misspelt { file, other, class }
    }

    /// The class has no binding, and no storage either or not.
    pub(super) fn unbound<'a>(
        &'a self,
        class: &'a str,
        is_not_stored: bool,
        former: Option<&'a str>,
    ) -> Unbound<'a> {
        let (file, mut lines) = (self.file, self.binding(class));
        if is_not_stored {
            lines = format!("{lines}{}{}", self.between(), self.storage(class));
        }
        let renamed = self.former(former, class);
        Unbound::Missing {
            file,
            class,
            lines,
            renamed,
        }
    }

    pub(super) fn bound_as<'a>(&'a self, class: &'a str, name: &'a str) -> Unbound<'a> {
        let file = self.file;
        let line = match self.wrangler.is_json {
            true => format!("\"name\": \"{NAME}\""),
            false => format!("name = \"{NAME}\""),
        };
        Unbound::Differs {
            file,
            class,
            name,
            line,
        }
    }

    pub(super) fn without_storage<'a>(
        &'a self,
        class: &'a str,
        former: Option<&'a str>,
    ) -> Mistake<'a> {
        Mistake::WithoutStorage {
            file: self.file,
            class,
            lines: self.storage(class),
            renamed: self.former(former, class),
        }
    }

    /// The name that the class may have had, and the lines that rename it.
    fn former<'a>(&self, former: Option<&'a str>, class: &str) -> Option<(&'a str, String)> {
        former.map(|former| (former, self.renamed(former, class)))
    }

    pub(super) fn without_sqlite<'a>(&'a self, class: &'a str) -> Mistake<'a> {
        let write = match (&self.wrangler.form, self.wrangler.is_json) {
            (Form::Migrations(_), _) => "list it in `new_sqlite_classes`",
            (Form::Exports, true) => "write `\"storage\": \"sqlite\"`",
            (Form::Exports, false) => "write `storage = \"sqlite\"`",
        };
        let file = self.file;
        Mistake::WithoutSqlite { file, class, write }
    }

    pub(super) fn unknown<'a>(&'a self, class: &'a str) -> Mistake<'a> {
        let file = self.file;
        let storage = self.wrangler.storage(class);
        let gone = storage.map(|_| self.gone(class));
        Mistake::UnknownClass { file, class, gone }
    }

    /// What stands between two sections.
    fn between(&self) -> &'static str {
        if self.wrangler.is_json { ",\n" } else { "\n\n" }
    }

    fn binding(&self, class: &str) -> String {
        match self.wrangler.is_json {
            true => format!(
                "\"durable_objects\": {{ \"bindings\": [{{ \"name\": \"{NAME}\", \"class_name\": \
                 \"{class}\" }}] }}"
            ),
            false => {
                format!("[[durable_objects.bindings]]\nname = \"{NAME}\"\nclass_name = \"{class}\"")
            }
        }
    }

    fn storage(&self, class: &str) -> String {
        self.change(class, &[("storage", "sqlite")], "new_sqlite_classes")
    }

    fn gone(&self, class: &str) -> String {
        self.change(class, &[("state", "deleted")], "deleted_classes")
    }

    fn renamed(&self, from: &str, to: &str) -> String {
        let state = [("state", "renamed"), ("renamed_to", to)];
        match &self.wrangler.form {
            Form::Migrations(tag) => match self.wrangler.is_json {
                true => format!(
                    "\"migrations\": [{{ \"tag\": \"{tag}\", \"renamed_classes\": [{{ \"from\": \
                     \"{from}\", \"to\": \"{to}\" }}] }}]"
                ),
                false => format!(
                    "[[migrations]]\ntag = \"{tag}\"\nrenamed_classes = [{{ from = \"{from}\", to = \
                     \"{to}\" }}]"
                ),
            },
            Form::Exports => {
                let old = self.change(from, &state, "");
                format!("{old}{}{}", self.between(), self.storage(to))
            }
        }
    }

    /// An entry of `exports` with those fields, or a migration with a list of that class.
    fn change(&self, class: &str, fields: &[(&str, &str)], list: &str) -> String {
        match (&self.wrangler.form, self.wrangler.is_json) {
            (Form::Migrations(tag), true) => {
                format!("\"migrations\": [{{ \"tag\": \"{tag}\", \"{list}\": [\"{class}\"] }}]")
            }
            (Form::Migrations(tag), false) => {
                format!("[[migrations]]\ntag = \"{tag}\"\n{list} = [\"{class}\"]")
            }
            (Form::Exports, true) => {
                let fields = fields.iter();
                let fields = fields.map(|(key, value)| format!(", \"{key}\": \"{value}\""));
                let fields: String = fields.collect();
                format!(
                    "\"exports\": {{ \"{class}\": {{ \"type\": \"durable-object\"{fields} }} }}"
                )
            }
            (Form::Exports, false) => {
                let fields = fields.iter();
                let fields = fields.map(|(key, value)| format!("\n{key} = \"{value}\""));
                let fields: String = fields.collect();
                format!("[exports.{class}]\ntype = \"durable-object\"{fields}")
            }
        }
    }
}

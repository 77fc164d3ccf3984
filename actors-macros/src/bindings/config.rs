//! Whether the crate's configuration of wrangler has what a struct of bindings asks for.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use serde::Deserialize;
use syn::{Attribute, Meta, Type};

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::config::{Config, File};
use crate::common::facts::{self, Fact};
use crate::common::mistakes::{self as common, Mistakes};
use crate::common::types::last_name;
use crate::common::words::nearest;

/// The part of the file that is about bindings of these types.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    kv_namespaces: Vec<Bound>,
    r2_buckets: Vec<Bound>,
    d1_databases: Vec<Bound>,
    services: Vec<Bound>,
    queues: Queues,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Queues {
    producers: Vec<Bound>,
}

#[derive(Deserialize)]
struct Bound {
    binding: String,
}

/// What a field of a type is bound to.
struct Kind {
    what: &'static str,
    section: &'static str,
    /// The other fields that wrangler asks for.
    fields: &'static [&'static str],
    bound: fn(&Content) -> &[Bound],
}

impl Kind {
    /// That of the type, if the type is one whose bindings are in the file: variables and secrets
    /// need not be.
    fn of(ty: &str) -> Option<Self> {
        let (what, section, fields, bound): (_, _, &[_], fn(&Content) -> &[Bound]) = match ty {
            "Kv" => ("KV namespace", "kv_namespaces", &["id"], |content| {
                &content.kv_namespaces
            }),
            "Bucket" => ("R2 bucket", "r2_buckets", &["bucket_name"], |content| {
                &content.r2_buckets
            }),
            "Database" => (
                "D1 database",
                "d1_databases",
                &["database_name", "database_id"],
                |content| &content.d1_databases,
            ),
            "Queue" => ("queue", "queues.producers", &["queue"], |content| {
                &content.queues.producers
            }),
            "Service" => ("service", "services", &["service"], |content| {
                &content.services
            }),
            _ => return None,
        };
        Some(Self {
            what,
            section,
            fields,
            bound,
        })
    }

    /// The lines that add a binding.
    fn lines(&self, name: &str, is_json: bool) -> String {
        let Self {
            section, fields, ..
        } = self;
        let fields = fields.iter();
        if !is_json {
            let fields: String = fields.map(|field| format!("\n{field} = \"…\"")).collect();
            return format!("[[{section}]]\nbinding = \"{name}\"{fields}");
        }
        let fields: String = fields
            .map(|field| format!(", \"{field}\": \"…\""))
            .collect();
        let binding = format!("[{{ \"binding\": \"{name}\"{fields} }}]");
        match section.split_once('.') {
            Some((outer, inner)) => format!("\"{outer}\": {{ \"{inner}\": {binding} }}"),
            None => format!("\"{section}\": {binding}"),
        }
    }
}

/// A binding that must be there.
pub(super) struct Wanted<'a> {
    pub(super) field: &'a Ident,
    pub(super) name: &'a str,
    pub(super) ty: &'a Type,
    pub(super) conditions: &'a [Attribute],
}

/// Compares the bindings with the file, if there is one. Returns what only the compiler can check,
/// and what has the crate compiled again when the file changes.
pub(super) fn check<'a>(
    options: &[Meta],
    wanted: impl Iterator<Item = Wanted<'a>>,
    krate: &TokenStream,
    mistakes: &mut Mistakes,
) -> TokenStream {
    let Some((file, place)) = config(options, mistakes).file() else {
        return TokenStream::new();
    };
    let tracked = file.tracked();
    let content = match file.read() {
        Ok(content) => content,
        Err(why) => {
            let file = &file.name;
            mistakes.add_at(place, common::Mistake::Unreadable { file, why: &why });
            return tracked;
        }
    };
    let prelude = facts::prelude(krate);
    let unbound = wanted.filter_map(|wanted| wanted.compare(&file, &content, krate));
    quote!(#tracked const _: () = { #prelude #(#unbound)* };)
}

fn config(options: &[Meta], mistakes: &mut Mistakes) -> Config {
    let Some(option) = attributes::find(options, "config") else {
        return Config::default();
    };
    let value = option.require_name_value().ok();
    let config = value.and_then(|pair| {
        let value = &pair.value;
        syn::parse2(quote!(#value)).ok()
    });
    config.unwrap_or_else(|| {
        mistakes.add(option, common::Mistake::Config);
        Config::Nothing
    })
}

impl Wanted<'_> {
    /// The error if the file does not have it, unless the type is another one of that name.
    fn compare(&self, file: &File, content: &Content, krate: &TokenStream) -> Option<TokenStream> {
        let text = self.mistake(file, content)?;
        let (conditions, is_bound) = (self.conditions, Fact::Bound.probe(self.ty, krate));
        Some(quote_spanned! {self.field.span()=>
            #(#conditions)*
            const _: () = if #is_bound { ::core::panic!("{}", #text) };
        })
    }

    fn mistake(&self, file: &File, content: &Content) -> Option<String> {
        let kind = Kind::of(&last_name(self.ty)?.to_string())?;
        let known = (kind.bound)(content).iter().map(|bound| &*bound.binding);
        let known: Vec<&str> = known.collect();
        let (name, what, file_name) = (self.name, kind.what, &*file.name);
        if known.contains(&name) {
            return None;
        }
        let mistake = match nearest(name, &known) {
            Some(other) => Mistake::Misspelt {
                file: file_name,
                what,
                name,
                other,
            },
            None => Mistake::Unbound {
                file: file_name,
                what,
                name,
                lines: kind.lines(name, file.is_json()),
            },
        };
        Some(mistake.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_to_add_are_those_of_the_file() {
        let lines = |ty, is_json| Kind::of(ty).expect("a binding").lines("X", is_json);
        assert_eq!(
            lines("Kv", false),
            "[[kv_namespaces]]\nbinding = \"X\"\nid = \"…\""
        );
        assert_eq!(
            lines("Queue", true),
            r#""queues": { "producers": [{ "binding": "X", "queue": "…" }] }"#
        );
        assert_eq!(
            lines("Database", true),
            r#""d1_databases": [{ "binding": "X", "database_name": "…", "database_id": "…" }]"#
        );
    }
}

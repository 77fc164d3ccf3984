//! A field as a column: its type and the options of `#[sql(..)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Expr, ExprLit, ExprUnary, Field, Ident, Lit, LitStr, Meta, MetaNameValue, Path, Token, Type,
    UnOp, parse_quote,
};

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;
use crate::common::types::{self, last_is, last_name, option_of, type_argument};
use crate::sqlite::names::check_name;

/// The options of `#[sql]`, each with an example.
const OPTIONS: &[&str] = &[
    "primary_key",
    "auto",
    "unique",
    "index",
    "default = 0",
    "references = Author",
    "check = \"count > 0\"",
    "json",
    "generated = \"price * count\"",
    "stored",
    "was = \"old_name\"",
];

/// What happens to a row when the one that it references is deleted.
const ON_DELETE: &[(&str, &str)] = &[
    ("cascade", "CASCADE"),
    ("set_null", "SET NULL"),
    ("restrict", "RESTRICT"),
];

pub(super) struct Column {
    pub(super) ident: Ident,
    /// The field's type, and the one in its `Option`.
    pub(super) ty: Type,
    pub(super) value: Type,
    /// What its values are for statements.
    pub(super) reflection: Type,
    pub(super) name: String,
    /// `INTEGER`, `REAL`, `TEXT` or `BLOB`; `ANY` if a user's type decides; none if the
    /// field can't be a column.
    pub(super) sql_type: Option<&'static str>,
    pub(super) is_nullable: bool,
    pub(super) is_key: bool,
    pub(super) is_json: bool,
    /// The span of `auto`, if SQLite generates the ids.
    pub(super) auto: Option<Path>,
    pub(super) default: Option<Default>,
    pub(super) check: Option<LitStr>,
    pub(super) references: Option<References>,
    pub(super) generated: Option<Generated>,
    pub(super) was: Option<LitStr>,
}

/// The value that existing rows get.
pub(super) struct Default {
    pub(super) place: TokenStream,
    /// `INTEGER`, `REAL`, `TEXT` or `BLOB`.
    pub(super) sql_type: &'static str,
    /// The literal in SQL.
    pub(super) sql: String,
    /// The value of a text, without quotes.
    pub(super) text: String,
}

pub(super) struct References {
    pub(super) parent: Path,
    pub(super) on_delete: Option<&'static str>,
}

pub(super) struct Generated {
    pub(super) expression: LitStr,
    pub(super) is_stored: bool,
}

/// The field's column, and whether it has an index of its own, or a unique one.
pub(super) fn parse(
    field: &mut Field,
    krate: &TokenStream,
    mistakes: &mut Mistakes,
) -> Option<(Column, Option<bool>)> {
    for condition in attributes::take(&mut field.attrs, "cfg") {
        mistakes.add(&condition, Mistake::ColumnCondition);
    }
    let marks = attributes::take(&mut field.attrs, "sql");
    let ident = field.ident.clone()?;
    let options = attributes::options_of(&marks, OPTIONS, mistakes);
    let has = |name| attributes::find(&options, name).is_some();
    let column = Column::new(field, ident, &options, krate, mistakes);
    let index = match (has("unique"), has("index")) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    };
    Some((column, index))
}

/// What the values of a JSON column are for statements.
fn json_type(value: &Type, is_nullable: bool, krate: &TokenStream) -> Type {
    match is_nullable {
        false => parse_quote!(#krate::sql::Json<#value>),
        true => parse_quote!(::core::option::Option<#krate::sql::Json<#value>>),
    }
}

impl Column {
    fn new(
        field: &Field,
        ident: Ident,
        options: &[Meta],
        krate: &TokenStream,
        mistakes: &mut Mistakes,
    ) -> Self {
        let option = |name| attributes::find(options, name);
        let (ty, name) = (field.ty.clone(), ident.unraw().to_string());
        check_name(&ident, &name, mistakes);
        let (value, is_nullable) = match option_of(&ty) {
            Some(inner) => (inner.clone(), true),
            None => (ty.clone(), false),
        };
        let is_json = option("json").is_some();
        let (reflection, sql_type) = match is_json {
            true => (json_type(&value, is_nullable, krate), Some("TEXT")),
            false => (ty.clone(), sql_type(&ty, &value, mistakes)),
        };
        let mut column = Self {
            ident,
            ty,
            value,
            reflection,
            name,
            sql_type,
            is_nullable,
            is_key: option("primary_key").is_some(),
            is_json,
            auto: option("auto").map(|auto| auto.path().clone()),
            default: None,
            check: option("check").and_then(|check| attributes::text(check, mistakes).cloned()),
            references: option("references").and_then(|option| references(option, mistakes)),
            generated: None,
            was: option("was").and_then(|was| attributes::text(was, mistakes).cloned()),
        };
        column.default = option("default").and_then(|default| column.default(default, mistakes));
        column.generated = generated(options, mistakes);
        column.check_together(options, mistakes);
        column.check_auto(options, mistakes);
        column
    }

    /// Whether the column can be in a primary key.
    pub(super) fn check_key(&self, place: &impl ToTokens, mistakes: &mut Mistakes) {
        if self.is_nullable {
            let mistake = match self.auto {
                Some(_) => Mistake::AutoNullable,
                None => Mistake::NullableKey,
            };
            mistakes.add(&self.ty, mistake);
        } else if self.is_json {
            mistakes.add(place, Mistake::JsonKey);
        } else if self.generated.is_some() {
            mistakes.add(place, Mistake::GeneratedKey);
        }
    }

    /// Checks for options that exclude each other.
    fn check_together(&self, options: &[Meta], mistakes: &mut Mistakes) {
        let option = |name| attributes::find(options, name);
        if let Some(key) = option("primary_key") {
            self.check_key(key, mistakes);
            for name in ["unique", "index"] {
                if let Some(option) = option(name) {
                    mistakes.add(option, Mistake::KeyIsIndexed(name));
                }
            }
        }
        if let (Some(_), Some(index)) = (option("unique"), option("index")) {
            mistakes.add(index, Mistake::UniqueIsIndexed);
        }
        if self.generated.is_some() {
            for name in ["default", "references", "was"] {
                if let Some(option) = option(name) {
                    mistakes.add(option, Mistake::Generated(name));
                }
            }
        }
        if let Some(References {
            on_delete: Some("SET NULL"),
            ..
        }) = self.references
            && !self.is_nullable
        {
            mistakes.add(&self.ty, Mistake::SetNull);
        }
        if let Some(was) = &self.was {
            check_name(was, &was.value(), mistakes);
        }
    }

    /// Checks that a generated id is an integer, and has no other source.
    fn check_auto(&mut self, options: &[Meta], mistakes: &mut Mistakes) {
        let Some(auto) = &self.auto else { return };
        let name = last_name(&self.value).map(Ident::to_string);
        let is_no_number = matches!(name.as_deref(), Some("bool" | "Timestamp"));
        let is_other = is_no_number || matches!(self.sql_type, Some("REAL" | "TEXT" | "BLOB"));
        let is_no_key = self.is_nullable || self.is_json || self.generated.is_some();
        let others = ["default", "references"].iter();
        let mut others = others.filter_map(|name| Some((name, attributes::find(options, name)?)));
        if is_no_key && self.is_key {
            // already reported
        } else if is_no_key || is_other {
            let place: &dyn ToTokens = if self.is_json { auto } else { &self.ty };
            mistakes.add(&place, Mistake::AutoType);
        } else if let Some((name, option)) = others.next() {
            mistakes.add(option, Mistake::AutoWith(name));
        } else {
            return;
        }
        self.auto = None;
    }

    fn default(&self, option: &Meta, mistakes: &mut Mistakes) -> Option<Default> {
        let Meta::NameValue(MetaNameValue { value, .. }) = option else {
            mistakes.add(option, Mistake::DefaultForm);
            return None;
        };
        let Some(mut default) = literal(value) else {
            mistakes.add(value, Mistake::DefaultForm);
            return None;
        };
        let is_bool = last_is(&self.value, "bool");
        let is_truth = matches!(
            value,
            Expr::Lit(ExprLit {
                lit: Lit::Bool(_),
                ..
            })
        );
        let Some(expected) = self.sql_type else {
            return None; // a mistake already
        };
        if expected == "REAL" && default.sql_type == "INTEGER" && !is_truth {
            default.sql_type = "REAL";
            default.sql.push_str(".0");
        }
        let fits = expected == "ANY" || default.sql_type == expected;
        if !fits || is_truth != is_bool && expected != "ANY" {
            let example = match expected {
                _ if is_bool => "false",
                "INTEGER" => "0",
                "REAL" => "0.5",
                "BLOB" => "b\"\"",
                _ => "\"\"",
            };
            let column = &types::text(&self.value);
            mistakes.add(value, Mistake::DefaultType { column, example });
            return None;
        }
        if !self.holds(&default.sql) {
            let column = &types::text(&self.value);
            mistakes.add(value, Mistake::DefaultRange { column });
            return None;
        }
        Some(default)
    }

    /// Whether the column's integer type can hold that value.
    fn holds(&self, literal: &str) -> bool {
        let (Ok(value), Some(name)) = (literal.parse::<i128>(), last_name(&self.value)) else {
            return true;
        };
        let safe = (1_i128 << 53) - 1;
        let (least, most) = match name.to_string().as_str() {
            "u8" => (0, u8::MAX.into()),
            "u16" => (0, u16::MAX.into()),
            "u32" => (0, u32::MAX.into()),
            "u64" | "usize" => (0, safe),
            "i8" => (i8::MIN.into(), i8::MAX.into()),
            "i16" => (i16::MIN.into(), i16::MAX.into()),
            "i32" => (i32::MIN.into(), i32::MAX.into()),
            _ => (-safe, safe),
        };
        (least..=most).contains(&value)
    }
}

fn references(option: &Meta, mistakes: &mut Mistakes) -> Option<References> {
    let metas = match option {
        Meta::NameValue(MetaNameValue {
            value: Expr::Path(path),
            ..
        }) => vec![Meta::Path(path.path.clone())],
        Meta::List(list) => Punctuated::<Meta, Token![,]>::parse_terminated
            .parse2(list.tokens.clone())
            .unwrap_or_default()
            .into_iter()
            .collect(),
        _ => Vec::new(),
    };
    let (Some(Meta::Path(parent)), rest) = (metas.first(), metas.get(1..).unwrap_or_default())
    else {
        mistakes.add(option, Mistake::ReferencesForm);
        return None;
    };
    let mut on_delete = None;
    for option in rest {
        match option {
            Meta::NameValue(MetaNameValue { path, value, .. }) if path.is_ident("on_delete") => {
                let action = value.to_token_stream().to_string();
                let known = ON_DELETE.iter().find(|(name, _)| *name == action);
                match known {
                    Some((_, sql)) => on_delete = Some(*sql),
                    None => mistakes.add(value, Mistake::OnDelete { action: &action }),
                }
            }
            other => mistakes.add(other, Mistake::ReferencesForm),
        }
    }
    Some(References {
        parent: parent.clone(),
        on_delete,
    })
}

fn generated(options: &[Meta], mistakes: &mut Mistakes) -> Option<Generated> {
    let stored = attributes::find(options, "stored");
    let Some(option) = attributes::find(options, "generated") else {
        if let Some(stored) = stored {
            mistakes.add(stored, Mistake::StoredAlone);
        }
        return None;
    };
    Some(Generated {
        expression: attributes::text(option, mistakes)?.clone(),
        is_stored: stored.is_some(),
    })
}

/// A literal in SQL.
fn literal(value: &Expr) -> Option<Default> {
    let (sign, lit) = match value {
        Expr::Lit(ExprLit { lit, .. }) => ("", lit),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => match &**expr {
            Expr::Lit(ExprLit {
                lit: lit @ (Lit::Int(_) | Lit::Float(_)),
                ..
            }) => ("-", lit),
            _ => return None,
        },
        _ => return None,
    };
    let mut text = String::new();
    let (sql_type, sql) = match lit {
        Lit::Bool(truth) => ("INTEGER", i32::from(truth.value).to_string()),
        Lit::Int(int) => ("INTEGER", format!("{sign}{}", int.base10_digits())),
        Lit::Float(float) => ("REAL", format!("{sign}{}", float.base10_digits())),
        Lit::Str(string) => {
            text = string.value();
            ("TEXT", format!("'{}'", text.replace('\'', "''")))
        }
        Lit::ByteStr(bytes) => {
            let digits: String = bytes
                .value()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            ("BLOB", format!("x'{digits}'"))
        }
        _ => return None,
    };
    Some(Default {
        place: quote!(#value),
        sql_type,
        sql,
        text,
    })
}

/// The column's type in SQL; `ANY` for a type whose name is unknown.
fn sql_type(ty: &Type, value: &Type, mistakes: &mut Mistakes) -> Option<&'static str> {
    if option_of(value).is_some() {
        mistakes.add(ty, Mistake::ColumnNested);
        return None;
    }
    let sql_type =
        last_name(value).and_then(|name| known_type(&name.to_string(), type_argument(value, 0)));
    if sql_type.is_none() {
        mistakes.add(ty, Mistake::ColumnType);
    }
    sql_type
}

fn known_type(name: &str, argument: Option<&Type>) -> Option<&'static str> {
    match (name, argument) {
        ("bool" | "i8" | "i16" | "i32" | "i64" | "isize", None) => Some("INTEGER"),
        ("u8" | "u16" | "u32" | "u64" | "usize" | "Timestamp", None) => Some("INTEGER"),
        ("f32" | "f64", None) => Some("REAL"),
        ("String", None) | ("Json", Some(_)) => Some("TEXT"),
        ("Bytes", None) => Some("BLOB"),
        ("Vec", Some(element)) if last_is(element, "u8") => Some("BLOB"),
        ("char" | "str" | "i128" | "u128" | "Duration" | "Self", None) => None,
        (_, Some(_)) => None,
        _ => Some("ANY"),
    }
}

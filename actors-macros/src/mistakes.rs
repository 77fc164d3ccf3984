//! All that can be wrong with what a user writes, and what to write instead.

use std::fmt;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// Something that is wrong.
pub(crate) enum Mistake<'a> {
    // #[actor] on the struct
    NotAnActor,
    ActorFields,
    ActorGenerics,
    PersistArguments,
    BindingName(&'a str),

    // #[actor] on the impl block
    ImplOfTrait,
    ImplGenerics,
    ImplPath,
    Receiver {
        method: &'a str,
    },
    NoReceiver {
        mark: &'a str,
    },
    MethodGenerics {
        method: &'a str,
    },
    MethodLifetime {
        method: &'a str,
    },
    ReservedName {
        method: &'a str,
    },
    BorrowedArgument {
        instead: &'a str,
    },
    ArgumentPattern,
    ImplArgument,
    CtxNotFirst,
    CtxForm,
    CtxOfAnother,
    TooManyArguments,
    BorrowedResult {
        instead: &'a str,
    },
    ImplResult,
    AnswerToNobody {
        mark: &'a str,
    },
    NoResponse,
    TwoMarks {
        first: &'a str,
        second: &'a str,
    },
    PublicMark {
        mark: &'a str,
    },
    MarkArguments {
        mark: &'a str,
    },
    Twice {
        mark: &'a str,
    },
    InitArguments,
    RequestArguments,
    AlarmEvery(&'a str),
    AlarmEveryZero,
    RecurringArguments,
    MarkNotOnMethod {
        mark: &'a str,
    },

    // #[sql_table]
    NotATable,
    TableFields,
    TableGenerics,
    ColumnType,
    ColumnNested,
    NameReserved(&'a str),
    NameForm(&'a str),
    TwoPrimaryKeys,
    NullableKey,
    NoSuchField {
        field: &'a str,
        fields: &'a [String],
    },
    IndexForm,
    IndexTwice(&'a str),

    // entry!
    EntryEmpty,
    RouteWithoutName,
    RouteForm {
        path: &'a str,
        why: &'a str,
    },

    // attributes in general
    UnknownOption {
        option: &'a str,
        options: &'a [&'a str],
    },
    OptionTwice(&'a str),
    CratePath,
    NotText(&'a str),
    NotTables,
}

impl fmt::Display for Mistake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnActor => write!(
                f,
                "`#[actor]` goes on a struct, which holds the actor's state, and on its `impl` \
                 block, which holds its handlers"
            ),
            Self::ActorFields => write!(
                f,
                "an actor's fields have names, which persisted fields are stored under: write \
                 `struct Name {{ field: Type }}`"
            ),
            Self::ActorGenerics => write!(
                f,
                "an actor can't be generic: it is one Durable Object class, which `wrangler.toml` \
                 names"
            ),
            Self::PersistArguments => write!(f, "`#[persist]` takes no arguments"),
            Self::BindingName(name) => write!(
                f,
                "`{name}` can't be a binding: a binding is a JavaScript identifier, such as \
                 `RATE_LIMITER`"
            ),

            Self::ImplOfTrait => write!(
                f,
                "`#[actor]` goes on the actor's own `impl` block, not on an implementation of a \
                 trait"
            ),
            Self::ImplGenerics => write!(f, "an actor can't be generic"),
            Self::ImplPath => write!(
                f,
                "write `impl` and the actor's name, in the module of its struct"
            ),
            Self::Receiver { method } => write!(
                f,
                "`{method}` needs `&self`, to run beside other `&self` handlers, or `&mut self`, \
                 to have the actor to itself"
            ),
            Self::NoReceiver { mark } => {
                write!(f, "a `#[{mark}]` method takes `&self` or `&mut self`")
            }
            Self::MethodGenerics { method } => write!(
                f,
                "`{method}` is called from outside of Rust too, and can't be generic: give it \
                 concrete types, or make it private"
            ),
            Self::MethodLifetime { method } => write!(
                f,
                "`{method}` takes and answers what it owns, and needs no lifetimes: leave them out"
            ),
            Self::ReservedName { method } => write!(
                f,
                "the runtime keeps the name `{method}` for itself, and nobody could call this: \
                 choose another name"
            ),
            Self::BorrowedArgument { instead } => write!(
                f,
                "arguments come from another object and are owned by the handler: take `{instead}`"
            ),
            Self::ArgumentPattern => write!(
                f,
                "an argument needs a name, which errors call it by: write `name: Type`"
            ),
            Self::ImplArgument => write!(
                f,
                "an argument comes from outside of Rust too, and has one concrete type: write it out"
            ),
            Self::CtxNotFirst => write!(f, "`ctx: &Ctx<Self>` comes first, after `self`"),
            Self::CtxForm => write!(f, "the context is borrowed: write `ctx: &Ctx<Self>`"),
            Self::CtxOfAnother => write!(
                f,
                "a handler gets the context of its own actor: write `ctx: &Ctx<Self>`"
            ),
            Self::TooManyArguments => {
                write!(
                    f,
                    "a handler takes up to 12 arguments: put some of them in a struct"
                )
            }
            Self::BorrowedResult { instead } => write!(
                f,
                "the answer goes to another object and can't be borrowed: return `{instead}`"
            ),
            Self::ImplResult => write!(
                f,
                "an answer goes outside of Rust too, and has one concrete type: write it out"
            ),
            Self::AnswerToNobody { mark } => write!(
                f,
                "nobody waits for the answer of an `#[{mark}]` method: it returns nothing or \
                 `Result<()>`"
            ),
            Self::NoResponse => write!(
                f,
                "an `#[on_request]` method answers the request: write `-> Result<Response>`"
            ),
            Self::TwoMarks { first, second } => write!(
                f,
                "a method is either `#[{first}]` or `#[{second}]`: call a common one from two"
            ),
            Self::PublicMark { mark } => write!(
                f,
                "`pub` methods are what others call, and a `#[{mark}]` method is called by the \
                 framework: remove `pub`"
            ),
            Self::MarkArguments { mark } => write!(f, "`#[{mark}]` takes no arguments"),
            Self::Twice { mark } => write!(f, "an actor has one `#[{mark}]` method"),
            Self::InitArguments => write!(
                f,
                "nobody passes `#[on_init]` anything: it takes `ctx: &Ctx<Self>` or nothing"
            ),
            Self::RequestArguments => write!(
                f,
                "`#[on_request]` takes `ctx: &Ctx<Self>`, if it needs it, and one request: \
                 `request: Request`"
            ),
            Self::AlarmEvery(text) => write!(
                f,
                "`{text}` is not a span of time: write a number and a unit, such as \"30s\", \
                 \"5m\", \"1h 30m\" or \"1d\""
            ),
            Self::AlarmEveryZero => write!(f, "an alarm can't recur more often than every 1 ms"),
            Self::RecurringArguments => write!(
                f,
                "nobody passes an alarm with `every` anything: it takes `ctx: &Ctx<Self>` or \
                 nothing"
            ),
            Self::MarkNotOnMethod { mark } => write!(
                f,
                "`#[{mark}]` goes on a method in an `#[actor]` impl block"
            ),

            Self::NotATable => write!(
                f,
                "`#[sql_table]` goes on a struct, whose fields are columns"
            ),
            Self::TableFields => write!(
                f,
                "a table's columns have names: write `struct Name {{ column: Type }}` with at \
                 least one field"
            ),
            Self::TableGenerics => write!(
                f,
                "a table can't be generic: its columns have one type each"
            ),
            Self::ColumnType => write!(
                f,
                "not a type that a column can have: `bool`, integers, `f32`, `f64`, `String`, \
                 `Vec<u8>`, `Timestamp`, or `Option` of one of these"
            ),
            Self::ColumnNested => write!(f, "a column is NULL or not: one `Option` is enough"),
            Self::NameReserved(name) => write!(
                f,
                "`{name}` is taken: names that begin with `_cf_`, `_actors` or `sqlite_` belong \
                 to the platform, the framework and SQLite"
            ),
            Self::NameForm(name) => write!(
                f,
                "`{name}` can't be a name in SQL here: use letters, digits and `_`, and no digit \
                 first"
            ),
            Self::TwoPrimaryKeys => write!(f, "a table has one primary key, and it is one column"),
            Self::NullableKey => write!(f, "a primary key is never NULL: remove the `Option`"),
            Self::NoSuchField { field, fields } => {
                write!(f, "the struct has no field `{field}`")?;
                suggest(f, field, fields)
            }
            Self::IndexForm => write!(
                f,
                "an index has a name and columns: `index(by_time(timestamp))`"
            ),
            Self::IndexTwice(name) => write!(f, "there is already an index called `{name}`"),

            Self::EntryEmpty => write!(
                f,
                "which actor answers requests? Write `entry!(Counter)` for one instance, or \
                 `entry!(\"/counters/{{name}}\" => Counter)` for many"
            ),
            Self::RouteWithoutName => write!(
                f,
                "which instance is it? Put `{{name}}` where the path has its name, such as \
                 \"/rooms/{{name}}\", or choose with a closure: `\"/path\" => Actor, |request| …`"
            ),
            Self::RouteForm { path, why } => write!(f, "`{path}` is not a route: {why}"),

            Self::UnknownOption { option, options } => {
                write!(f, "there is no `{option}` here")?;
                suggest(f, option, options)
            }
            Self::CratePath => write!(
                f,
                "write the path of the crate: `crate = my_crate::actors_core`"
            ),
            Self::NotText(option) => write!(f, "`{option}` is set to a text: `{option} = \"…\"`"),
            Self::NotTables => write!(f, "name the actor's tables: `tables(Bucket, Visit)`"),
            Self::OptionTwice(option) => write!(f, "`{option}` is given twice"),
        }
    }
}

/// Names the nearest of `known`, or all if none is near and they are few.
fn suggest(f: &mut fmt::Formatter<'_>, wrong: &str, known: &[impl AsRef<str>]) -> fmt::Result {
    let nearest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(wrong, name.as_ref()), name.as_ref()))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, name)) if likeness > 0.8 => write!(f, ": did you mean `{name}`?"),
        Some(_) if known.len() <= 8 => {
            let names: Vec<_> = known
                .iter()
                .map(|name| format!("`{}`", name.as_ref()))
                .collect();
            write!(f, ": write {}", names.join(", "))
        }
        _ => Ok(()),
    }
}

/// The mistakes found so far in one item.
#[derive(Default)]
pub(crate) struct Mistakes(Option<syn::Error>);

impl Mistakes {
    /// Takes note of a mistake at that place.
    pub(crate) fn add(&mut self, place: &impl ToTokens, mistake: Mistake<'_>) {
        self.add_error(syn::Error::new_spanned(place, mistake));
    }

    /// Takes note of an error of the parser's.
    pub(crate) fn add_error(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Takes over what was found elsewhere.
    pub(crate) fn extend(&mut self, others: Self) {
        if let Some(errors) = others.0 {
            self.add_error(errors);
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The compile errors, in front of what is expanded all the same.
    pub(crate) fn and(self, rest: TokenStream) -> TokenStream {
        let errors = self.0.map(syn::Error::into_compile_error);
        quote!(#errors #rest)
    }

    /// An item that can't be expanded at all: it stays, with the error.
    pub(crate) fn one(item: &impl ToTokens, mistake: Mistake<'_>) -> TokenStream {
        Self::beside(item, item, mistake)
    }

    /// The same, where the mistake is at one place of the item.
    pub(crate) fn beside(
        place: &impl ToTokens,
        item: &impl ToTokens,
        mistake: Mistake<'_>,
    ) -> TokenStream {
        let error = syn::Error::new_spanned(place, mistake).into_compile_error();
        quote!(#error #item)
    }

    /// A mark that stands where `#[actor]` can't see it.
    pub(crate) fn misplaced(mark: &str, item: TokenStream) -> TokenStream {
        let error = syn::Error::new(
            proc_macro2::Span::call_site(),
            Mistake::MarkNotOnMethod { mark },
        )
        .into_compile_error();
        // In an impl block the error is an item among the items, as the method is.
        quote!(#error #item)
    }
}

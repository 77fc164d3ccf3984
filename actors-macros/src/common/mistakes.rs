//! All that can be wrong with what a user writes, and what to write instead.

use std::fmt;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use super::words::{any_of, name_in, nearest, suggest};

/// Something that is wrong.
#[derive(Clone, Copy)]
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
    NameOfGet,
    OfCtx(&'a str),
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
    MarkTwice {
        mark: &'a str,
    },
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
    AlarmOptions,
    EveryAndCron,
    ZoneWithoutCron,
    #[cfg(not(feature = "cron"))]
    CronFeature,
    #[cfg(feature = "cron")]
    CronFields(usize),
    #[cfg(feature = "cron")]
    CronField {
        field: &'a str,
        name: &'a str,
        range: &'a str,
    },
    #[cfg(feature = "cron")]
    CronNever(&'a str),
    #[cfg(feature = "cron")]
    Zone {
        name: &'a str,
        nearest: Option<&'a str>,
    },
    RetryForm,
    RetryMax,
    RetryCap,
    SocketPlace,
    SocketBorrowed,
    SocketsForm,
    SocketPath(&'a str),
    PingAlone,
    PingLength,
    NotTexts(&'a str),
    OriginForm(&'a str),
    ProtocolForm(&'a str),
    MaxBytes,
    ConnectArguments,
    NoAdmission,
    AttachmentWithoutConnect,
    MessageParts,
    JsonArgument,
    TextArgument,
    BytesArgument,
    UnhandledArguments,
    CloseArguments,
    ErrorArguments,
    MessagesTwice,
    RecurringArguments,
    PersistNotOnField,
    MarkNotOnMethod {
        mark: &'a str,
    },

    // #[sql_table]
    NotATable,
    TableFields,
    TableGenerics,
    ColumnType,
    ColumnNested,
    ColumnCondition,
    NameReserved(&'a str),
    NameForm(&'a str),
    TwoPrimaryKeys(&'a [&'a str]),
    KeyTwice,
    KeyForm,
    KeyIsIndexed(&'a str),
    AutoNullable,
    AutoType,
    AutoWithoutKey,
    AutoOfSeveral,
    AutoWithoutRowid,
    AutoWith(&'a str),
    UniqueHelperTwice {
        by: &'a str,
        other: &'a str,
    },
    JsonKey,
    GeneratedKey,
    NullableKey,
    TooManyColumns,
    WithoutRowidKey,
    DefaultForm,
    DefaultType {
        column: &'a str,
        example: &'a str,
    },
    DefaultRange {
        column: &'a str,
    },
    DefaultJson,
    ReferencesForm,
    OnDelete(&'a str),
    SetNull,
    StoredAlone,
    Generated(&'a str),
    UniqueIsIndexed,
    WasItself(&'a str),
    WasStillThere(&'a str),
    WasTwice(&'a str),
    Expression(&'a str),
    ExpressionColumn {
        column: &'a str,
        columns: &'a [&'a str],
    },
    NoSuchField {
        field: &'a str,
        fields: &'a [&'a str],
    },
    IndexForm,
    IndexTwice(&'a str),
    IndexColumnTwice(&'a str),
    ColumnTwice(&'a str),

    // #[derive(SqlValue)]
    NotAValue,
    ValueGenerics,
    VariantFields,
    VariantOption,
    VariantTwice(&'a str),

    // migration!
    MigrationForm,
    MigrationEmpty,

    // #[derive(FromRow)]
    RowFields,
    RowGenerics,

    // entry!
    EntryEmpty,
    RouteWithoutName,
    RouteOtherName(&'a str),
    RouteColon,
    RouteSlash,
    RouteActor,
    RouteUnreached,
    RouteFunction,
    RouteForm {
        path: &'a str,
        why: &'a str,
    },

    // attributes in general
    UnknownOption {
        option: &'a str,
        options: &'a [&'a str],
    },
    NotAnOption {
        options: &'a [&'a str],
    },
    OptionTwice(&'a str),
    OptionAlone(&'a str),
    OptionOfStruct(&'a str),
    CratePath,
    NotText(&'a str),
    NotTables,
    NotMigrations,
    TableTwice,
    MigrationTwice,
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
                write!(f, "an `#[{mark}]` method takes `&self` or `&mut self`")
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
            Self::NameOfGet => write!(
                f,
                "others ask for the actor by `get`, as in `Counter::get(env, name)`: choose another \
                 name"
            ),
            Self::OfCtx("ctx") => write!(
                f,
                "a handler gets its object as its context: take `ctx: &Ctx<Self>`, first after `self`"
            ),
            Self::OfCtx(call) => write!(
                f,
                "this comes with the context: take `ctx: &Ctx<Self>`, first after `self`, and write \
                 `{call}`"
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
            Self::MarkTwice { mark } => write!(f, "`#[{mark}]` is there twice"),
            Self::TwoMarks { first, second } => write!(
                f,
                "a method is either `#[{first}]` or `#[{second}]`: call a common one from two"
            ),
            Self::PublicMark { mark } => write!(
                f,
                "`pub` methods are what others call, and an `#[{mark}]` method is called by the \
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
            Self::AlarmEveryZero => write!(f, "this is no time at all: write at least \"1ms\""),
            Self::SocketPlace => write!(
                f,
                "`&Socket` is where something comes from: an `#[on_message]`, `#[on_close]` or \
                 `#[on_error]` method takes it first, after `ctx: &Ctx<Self>`"
            ),
            Self::SocketBorrowed => write!(
                f,
                "a socket is borrowed: write `from: &Socket<..>`, and clone it to keep it"
            ),
            Self::PingAlone => write!(
                f,
                "an automatic answer takes both: `ping = \"ping\", pong = \"pong\"`"
            ),
            Self::PingLength => write!(f, "the platform takes 1 to 2,048 bytes here"),
            Self::NotTexts(option) => {
                write!(
                    f,
                    "`{option}` is a list of texts: write `{option}(\"..\", \"..\")`"
                )
            }
            Self::OriginForm(origin) => write!(
                f,
                "`{origin}` is not an origin: write a scheme and a host, such as \
                 \"https://example.com\", or \"*\" for pages of anybody"
            ),
            Self::ProtocolForm(protocol) => write!(
                f,
                "`{protocol}` can't be a sub-protocol: use letters, digits, `.`, `-` and `_`, such \
                 as \"chat.v1\""
            ),
            Self::MaxBytes => write!(
                f,
                "the size of the largest message is a number of bytes up to 33554432, which is the \
                 platform's limit: `max_bytes = 65536`"
            ),
            Self::ConnectArguments => write!(
                f,
                "`#[on_connect]` takes `ctx: &Ctx<Self>` and `request: &Request`, each if it needs \
                 it"
            ),
            Self::NoAdmission => write!(
                f,
                "an `#[on_connect]` method admits or refuses: write `-> Result<Admission<T>>`, \
                 where `T` is what the socket carries, `()` for nothing"
            ),
            Self::AttachmentWithoutConnect => write!(
                f,
                "nobody says what a socket carries: admit it with one in an `#[on_connect]` method, \
                 or take `&Socket`"
            ),
            Self::MessageParts => write!(
                f,
                "`#[on_message]` takes messages with its name as their `type`; for all of them, \
                 write one of `#[on_message(json)]`, `(text)`, `(bytes)` or `(unhandled)`"
            ),
            Self::JsonArgument => write!(
                f,
                "`#[on_message(json)]` takes `ctx: &Ctx<Self>` and `from: &Socket`, if it needs \
                 them, and the message: one argument of a serde type"
            ),
            Self::TextArgument => write!(
                f,
                "`#[on_message(text)]` takes `ctx: &Ctx<Self>` and `from: &Socket`, if it needs \
                 them, and `text: String`"
            ),
            Self::BytesArgument => write!(
                f,
                "`#[on_message(bytes)]` takes `ctx: &Ctx<Self>` and `from: &Socket`, if it needs \
                 them, and `bytes: Bytes`"
            ),
            Self::UnhandledArguments => write!(
                f,
                "`#[on_message(unhandled)]` takes `ctx: &Ctx<Self>`, `from: &Socket`, \
                 `message: Message` and `error: Error`, in that order and each if it needs it"
            ),
            Self::CloseArguments => write!(
                f,
                "`#[on_close]` takes `ctx: &Ctx<Self>`, `who: &Socket` and `why: Close`, in that \
                 order and each if it needs it"
            ),
            Self::ErrorArguments => write!(
                f,
                "`#[on_error]` takes `ctx: &Ctx<Self>`, `who: &Socket` and `error: Error`, in that \
                 order and each if it needs it"
            ),
            Self::MessagesTwice => write!(
                f,
                "another handler takes these messages already: text goes to one \
                 `#[on_message(json)]`, to one `#[on_message(text)]`, or to one `#[on_message]` for \
                 each type"
            ),
            Self::SocketsForm => write!(
                f,
                "say where web sockets are opened: `sockets(path = \"/ws\")`"
            ),
            Self::SocketPath(path) => write!(f, "a path begins with `/`: write `\"/{path}\"`"),
            Self::AlarmOptions => write!(
                f,
                "an alarm's options are in parentheses: write `#[alarm(every = \"5m\")]`"
            ),
            Self::EveryAndCron => write!(
                f,
                "an alarm recurs by `every` or by `cron`: leave one out, or write two handlers"
            ),
            Self::ZoneWithoutCron => write!(
                f,
                "`tz` says whose clocks `cron` is about: add `cron = \"0 3 * * *\"`, or leave it \
                 out"
            ),
            #[cfg(not(feature = "cron"))]
            Self::CronFeature => write!(
                f,
                "`cron` is a feature of the crate: write `features = [\"cron\"]` where \
                 `Cargo.toml` has `actors-core`"
            ),
            #[cfg(feature = "cron")]
            Self::CronFields(count) => write!(
                f,
                "a cron expression has five fields: minute, hour, day of the month, month and day \
                 of the week, such as \"0 3 * * MON\"; or six, with the second before them; this \
                 has {count}"
            ),
            #[cfg(feature = "cron")]
            Self::CronField { field, name, range } => write!(
                f,
                "`{field}` can't be the {name}: write {range}; a range `1-5`, a step `*/2`, a \
                 list of these, or `*` for any"
            ),
            #[cfg(feature = "cron")]
            Self::CronNever(expression) => {
                write!(
                    f,
                    "`{expression}` never comes to pass: there is no such date"
                )
            }
            #[cfg(feature = "cron")]
            Self::Zone { name, nearest } => {
                write!(f, "there is no time zone `{name}`")?;
                match nearest {
                    Some(nearest) => write!(f, ": did you mean `{nearest}`?"),
                    None => write!(
                        f,
                        ": write a name of the IANA database, such as `Europe/Berlin`, or leave \
                         `tz` out for UTC"
                    ),
                }
            }
            Self::RetryForm => write!(
                f,
                "say how often and after what waits: `retry(max = 5, base = \"2s\", cap = \"1h\")`"
            ),
            Self::RetryMax => write!(
                f,
                "`max` is the count of tries, the first one included: a number from 1"
            ),
            Self::RetryCap => write!(f, "`cap` is the longest wait, and `base` the first"),
            Self::RecurringArguments => write!(
                f,
                "nobody passes anything to an alarm that recurs on its own: it takes \
                 `ctx: &Ctx<Self>` or nothing"
            ),
            Self::PersistNotOnField => {
                write!(f, "`#[persist]` goes on a field of an `#[actor]` struct")
            }
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
                 `Vec<u8>`, `Timestamp`, what derives `SqlValue`, or `Option` of one of these; any \
                 serde type with `#[sql(json)]`"
            ),
            Self::ColumnNested => write!(f, "a column is NULL or not: one `Option` is enough"),
            Self::ColumnCondition => write!(
                f,
                "a table has the same columns in every build: remove the `cfg`, or put it on the \
                 whole struct"
            ),
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
            Self::TwoPrimaryKeys(columns) => write!(
                f,
                "a key of several columns is said of the table, in their order: write \
                 `#[sql_table(primary_key({}))]`, and no mark here",
                columns.join(", ")
            ),
            Self::KeyTwice => write!(
                f,
                "the table has `primary_key(..)` already: remove the mark here"
            ),
            Self::KeyForm => write!(f, "a key has columns: write `primary_key(page, day)`"),
            Self::KeyIsIndexed(option) => write!(
                f,
                "a primary key is unique and has an index already: remove `{option}`"
            ),
            Self::AutoNullable => write!(
                f,
                "a generated id is never NULL: remove the `Option`, and write 0 in a row that has \
                 no id yet"
            ),
            Self::AutoType => write!(
                f,
                "a generated id is an integer: write `i64`, `u64` or `u32`, or a struct around one \
                 that derives `SqlValue`"
            ),
            Self::AutoWithoutKey => write!(
                f,
                "SQLite numbers rows in their primary key: write `#[sql(primary_key, auto)]`"
            ),
            Self::AutoOfSeveral => write!(
                f,
                "SQLite numbers rows where the primary key is one column: make this the key, \
                 `#[sql(primary_key, auto)]`, and the columns of the other key \
                 `unique(by_name(..))`"
            ),
            Self::AutoWithoutRowid => write!(
                f,
                "without a rowid, SQLite does not number rows: remove `without_rowid` or `auto`"
            ),
            Self::AutoWith(option) => write!(
                f,
                "SQLite makes the values of a generated id: remove `{option}`"
            ),
            Self::UniqueHelperTwice { by, other } => write!(
                f,
                "`upsert_by_{by}` is taken by the unique key `{other}`: give this one another name"
            ),
            Self::UniqueIsIndexed => {
                write!(f, "what is unique has an index already: remove `index`")
            }
            Self::JsonKey => write!(
                f,
                "JSON can't be a key, since one value has many texts: use a type with a column of \
                 its own"
            ),
            Self::GeneratedKey => write!(f, "a generated column can't be in the primary key"),
            Self::TooManyColumns => {
                write!(
                    f,
                    "the runtime allows 100 columns, and this one is the 101st"
                )
            }
            Self::WithoutRowidKey => write!(
                f,
                "without a rowid, rows are found by their primary key alone: mark a field \
                 `#[sql(primary_key)]`"
            ),
            Self::DefaultForm => write!(
                f,
                "a default is a literal, which rows that are there can get without being read: \
                 write `default = 0`, `default = \"text\"` or `default = false`"
            ),
            Self::DefaultType { column, example } => write!(
                f,
                "not a value of the column's `{column}`: write `default = {example}`, for example"
            ),
            Self::DefaultRange { column } => {
                write!(f, "the column's `{column}` does not hold this value")
            }
            Self::DefaultJson => write!(
                f,
                "the column holds JSON, and this is none: write `default = \"[]\"`, for example"
            ),
            Self::ReferencesForm => write!(
                f,
                "name the struct of the other table: `references = Author`, or \
                 `references(Author, on_delete = cascade)`"
            ),
            Self::OnDelete(action) => {
                write!(f, "`{action}` is not what can be done")?;
                suggest(f, action, &["cascade", "set_null", "restrict"])
            }
            Self::SetNull => write!(
                f,
                "`on_delete = set_null` needs a column that may be NULL: make it an `Option`"
            ),
            Self::StoredAlone => write!(
                f,
                "`stored` says where a generated column is kept: write `generated = \"..\", stored`"
            ),
            Self::Generated(option) => write!(
                f,
                "SQLite makes the values of a generated column: remove `{option}`"
            ),
            Self::WasItself(name) => write!(f, "`{name}` is the name that it has now"),
            Self::WasStillThere(name) => write!(
                f,
                "there is a field `{name}` too, and nobody can tell the old one from the new one: \
                 write a migration"
            ),
            Self::WasTwice(name) => {
                write!(f, "another field says already that it was `{name}`")
            }
            Self::NullableKey => write!(f, "a primary key is never NULL: remove the `Option`"),
            Self::Expression(words) => write!(f, "SQLite does not take this: {words}"),
            Self::ExpressionColumn { column, columns } => {
                write!(f, "the table has no column `{column}`")?;
                suggest(f, column, columns)
            }
            Self::NoSuchField { field, fields } => {
                write!(f, "the struct has no field `{field}`")?;
                suggest(f, field, fields)
            }
            Self::IndexForm => write!(
                f,
                "an index has a name and columns: `index(by_time(timestamp))`; a partial one has a \
                 condition too: `index(by_time(timestamp, where = \"count > 0\"))`"
            ),
            Self::IndexTwice(name) => write!(
                f,
                "`{name}` is already the name of a table or an index, and SQLite has one of each \
                 name"
            ),
            Self::IndexColumnTwice(name) => write!(f, "`{name}` is named already"),
            Self::ColumnTwice(name) => write!(
                f,
                "there is already a column `{name}`: SQLite does not tell capitals from small \
                 letters"
            ),

            Self::NotAValue => write!(
                f,
                "`SqlValue` is for enums without fields and structs around one value, such as \
                 `struct UserId(String)`: store others with `#[sql(json)]` on the table's field"
            ),
            Self::ValueGenerics => {
                write!(
                    f,
                    "a column has one type: derive `SqlValue` for a type without generics"
                )
            }
            Self::VariantFields => write!(
                f,
                "a variant with fields is more than a text: store the enum with `#[sql(json)]` on \
                 the table's field"
            ),
            Self::VariantOption => write!(
                f,
                "a variant's text is all that can be said here: `#[sql(name = \"in_progress\")]`"
            ),
            Self::VariantTwice(name) => write!(
                f,
                "another variant is stored as `{name}`: give this one a text of its own, \
                 `#[sql(name = \"..\")]`"
            ),
            Self::MigrationForm => write!(
                f,
                "a migration has a name, the tables as they were, and statements: \
                 `pub SPLIT_NAME: PersonV1 => \"ALTER TABLE ..\"`"
            ),
            Self::MigrationEmpty => write!(f, "a migration has at least one statement"),
            Self::RowFields => write!(
                f,
                "rows are read as a struct whose fields are called like the columns: write \
                 `struct Name {{ column: Type }}`"
            ),
            Self::RowGenerics => {
                write!(f, "a row can't be generic: its columns have one type each")
            }

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
            Self::RouteOtherName(parameter) => write!(
                f,
                "which instance is it? If `{{{parameter}}}` is its name, write `{{name}}` there"
            ),
            Self::RouteColon => write!(
                f,
                "a part of the path that varies is in braces: write `{{name}}` for `:name`"
            ),
            Self::RouteSlash => write!(f, "a path begins with `/`"),
            Self::RouteActor => write!(
                f,
                "which actor is it for? Write `\"/counters/{{name}}\" => Counter`"
            ),
            Self::RouteFunction => write!(
                f,
                "an actor is expected here; to choose the instance with a function, call it in a \
                 closure: `|request| choose(request)`"
            ),
            Self::RouteUnreached => write!(
                f,
                "a request without a route of its own already goes to another actor: give this \
                 one a path, `\"/path/{{name}}\" => Actor`"
            ),
            Self::RouteForm { path, why } => write!(f, "`{path}` can't be a route: {why}"),

            Self::UnknownOption { option, options } => {
                write!(f, "there is no `{option}` here")?;
                let names: Vec<_> = options.iter().map(|option| name_in(option)).collect();
                match nearest(option, &names) {
                    Some(name) => write!(f, ": did you mean `{name}`?"),
                    None => write!(f, ": write {}", any_of(options)),
                }
            }
            Self::NotAnOption { options } => {
                write!(f, "this is not an option: write {}", any_of(options))
            }
            Self::OptionAlone(option) => {
                write!(f, "`{option}` takes no value: write `{option}` alone")
            }
            Self::OptionOfStruct(option) => write!(
                f,
                "`{option}` is said of the actor's struct: move it to the `#[actor]` there"
            ),
            Self::CratePath => write!(
                f,
                "write the path of the crate: `crate = my_crate::actors_core`"
            ),
            Self::NotText(option) => write!(f, "`{option}` is set to a text: `{option} = \"…\"`"),
            Self::NotTables => write!(f, "name the actor's tables: `tables(Bucket, Visit)`"),
            Self::NotMigrations => write!(
                f,
                "name the migrations, the oldest first: `migrations(SPLIT_NAME, DROP_VISITS)`"
            ),
            Self::TableTwice => write!(f, "this table is named twice"),
            Self::MigrationTwice => write!(f, "this migration is named twice"),
            Self::OptionTwice(option) => {
                write!(f, "`{option}` is given twice: say all of it at once")
            }
        }
    }
}

/// The mistakes found so far in one item.
///
/// None is lost: there are none but in [`Mistakes::expand`], which writes each as an error.
pub(crate) struct Mistakes(Vec<syn::Error>);

impl Mistakes {
    /// The compile errors of an item, in front of what is expanded all the same.
    pub(crate) fn expand(expand: impl FnOnce(&mut Self) -> TokenStream) -> TokenStream {
        let mut mistakes = Self(Vec::new());
        let expanded = expand(&mut mistakes);
        let errors = mistakes.0.iter().map(syn::Error::to_compile_error);
        quote!(#(#errors)* #expanded)
    }

    /// An item that can't be expanded at all: it stays, with the error.
    pub(crate) fn one(item: &impl ToTokens, mistake: Mistake<'_>) -> TokenStream {
        Self::expand(|mistakes| {
            mistakes.add(item, mistake);
            item.to_token_stream()
        })
    }

    /// Takes note of a mistake in those tokens.
    pub(crate) fn add(&mut self, place: &impl ToTokens, mistake: Mistake<'_>) {
        self.0.push(syn::Error::new_spanned(place, mistake));
    }

    /// The same, where there are no tokens of it.
    pub(crate) fn add_at(&mut self, place: Span, mistake: impl fmt::Display) {
        self.0.push(syn::Error::new(place, mistake));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are, to know whether more are found from here on.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

//! All that can be wrong with an actor, and what to write instead.

use thiserror::Error;

/// Something that is wrong.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Mistake<'a> {
    // #[actor] on the struct
    #[error(
        "`#[actor]` goes on a struct, which holds the actor's state, and on its `impl` block, \
         which holds its handlers"
    )]
    NotAnActor,
    #[error(
        "an actor's fields have names, which persisted fields are stored under: write \
         `struct Name {{ field: Type }}`"
    )]
    ActorFields,
    #[error(
        "an actor can't be generic: it is one Durable Object class, which `wrangler.toml` names"
    )]
    ActorGenerics,
    #[error("`#[persist]` takes no arguments")]
    PersistArguments,
    #[error(
        "`{0}` can't be a binding: a binding is a JavaScript identifier, such as `RATE_LIMITER`"
    )]
    BindingName(&'a str),
    #[error("`{0}` is said of the actor's struct: move it to the `#[actor]` there")]
    OptionOfStruct(&'a str),
    #[error("name the actor's tables: `tables(Bucket, Visit)`")]
    NotTables,
    #[error("name the migrations, the oldest first: `migrations(SPLIT_NAME, DROP_VISITS)`")]
    NotMigrations,
    #[error("this table is named twice")]
    TableTwice,
    #[error("this migration is named twice")]
    MigrationTwice,

    // #[actor] on the impl block
    #[error("`#[actor]` goes on the actor's own `impl` block, not on an implementation of a trait")]
    ImplOfTrait,
    #[error("an actor can't be generic")]
    ImplGenerics,
    #[error("write `impl` and the actor's name, in the module of its struct")]
    ImplPath,
    #[error(
        "`{method}` needs `&self`, to run beside other `&self` handlers, or `&mut self`, to have \
         the actor to itself"
    )]
    Receiver { method: &'a str },
    #[error("an `#[{mark}]` method takes `&self` or `&mut self`")]
    NoReceiver { mark: &'a str },
    #[error(
        "`{method}` is called from outside of Rust too, and can't be generic: give it concrete \
         types, or make it private"
    )]
    MethodGenerics { method: &'a str },
    #[error("`{method}` takes and answers what it owns, and needs no lifetimes: leave them out")]
    MethodLifetime { method: &'a str },
    #[error(
        "the runtime keeps the name `{method}` for itself, and nobody could call this: choose \
         another name"
    )]
    ReservedName { method: &'a str },
    #[error(
        "others ask for the actor by `get`, as in `Counter::get(env, name)`: choose another name"
    )]
    NameOfGet,
    #[error("a handler gets its object as its context: take `ctx: &Ctx<Self>`, first after `self`")]
    IsCtx,
    #[error(
        "this comes with the context: take `ctx: &Ctx<Self>`, first after `self`, and write `{0}`"
    )]
    OfCtx(&'a str),
    #[error("arguments come from another object and are owned by the handler: take `{instead}`")]
    BorrowedArgument { instead: &'a str },
    #[error("an argument needs a name, which errors call it by: write `name: Type`")]
    ArgumentPattern,
    #[error("an argument comes from outside of Rust too, and has one concrete type: write it out")]
    ImplArgument,
    #[error("`ctx: &Ctx<Self>` comes first, after `self`")]
    CtxNotFirst,
    #[error("the context is borrowed: write `ctx: &Ctx<Self>`")]
    CtxForm,
    #[error("a handler gets the context of its own actor: write `ctx: &Ctx<Self>`")]
    CtxOfAnother,
    #[error("a handler takes up to 12 arguments: put some of them in a struct")]
    TooManyArguments,
    #[error("the answer goes to another object and can't be borrowed: return `{instead}`")]
    BorrowedResult { instead: &'a str },
    #[error("an answer goes outside of Rust too, and has one concrete type: write it out")]
    ImplResult,
    #[error(
        "nobody waits for the answer of an `#[{mark}]` method: it returns nothing or `Result<()>`"
    )]
    AnswerToNobody { mark: &'a str },
    #[error("an `#[on_request]` method answers the request: write `-> Result<Response>`")]
    NoResponse,
    #[error("`#[{mark}]` is there twice")]
    MarkTwice { mark: &'a str },
    #[error("a method is either `#[{first}]` or `#[{second}]`: call a common one from two")]
    TwoMarks { first: &'a str, second: &'a str },
    #[error(
        "`pub` methods are what others call, and an `#[{mark}]` method is called by the framework: \
         remove `pub`"
    )]
    PublicMark { mark: &'a str },
    #[error("`#[{mark}]` takes no arguments")]
    MarkArguments { mark: &'a str },
    #[error("an actor has one `#[{mark}]` method")]
    Twice { mark: &'a str },
    #[error("nobody passes `#[on_init]` anything: it takes `ctx: &Ctx<Self>` or nothing")]
    InitArguments,
    #[error(
        "`#[on_request]` takes `ctx: &Ctx<Self>`, if it needs it, and one request: \
         `request: Request`"
    )]
    RequestArguments,
    #[error(
        "`{0}` is not a span of time: write a number and a unit, such as \"30s\", \"5m\", \"1h \
         30m\" or \"1d\""
    )]
    AlarmEvery(&'a str),
    #[error("this is no time at all: write at least \"1ms\"")]
    AlarmEveryZero,
    #[error("an alarm's options are in parentheses: write `#[alarm(every = \"5m\")]`")]
    AlarmOptions,
    #[error("an alarm recurs by `every` or by `cron`: leave one out, or write two handlers")]
    EveryAndCron,
    #[error("`tz` says whose clocks `cron` is about: add `cron = \"0 3 * * *\"`, or leave it out")]
    ZoneWithoutCron,
    #[cfg(not(feature = "cron"))]
    #[error(
        "`cron` is a feature of the crate: write `features = [\"cron\"]` where `Cargo.toml` has \
         `actors-core`"
    )]
    CronFeature,
    #[cfg(feature = "cron")]
    #[error(
        "a cron expression has five fields: minute, hour, day of the month, month and day of the \
         week, such as \"0 3 * * MON\"; or six, with the second before them; this has {0}"
    )]
    CronFields(usize),
    #[cfg(feature = "cron")]
    #[error(
        "`{field}` can't be the {name}: write {range}; a range `1-5`, a step `*/2`, a list of \
         these, or `*` for any"
    )]
    CronField {
        field: &'a str,
        name: &'a str,
        range: &'a str,
    },
    #[cfg(feature = "cron")]
    #[error("`{0}` never comes to pass: there is no such date")]
    CronNever(&'a str),
    #[cfg(feature = "cron")]
    #[error("there is no time zone `{name}`{}", zone(*.nearest))]
    Zone {
        name: &'a str,
        nearest: Option<&'a str>,
    },
    #[error("say how often and after what waits: `retry(max = 5, base = \"2s\", cap = \"1h\")`")]
    RetryForm,
    #[error("`max` is the count of tries, the first one included: a number from 1")]
    RetryMax,
    #[error("`cap` is the longest wait, and `base` the first")]
    RetryCap,
    #[error(
        "`&Socket` is where something comes from: an `#[on_message]`, `#[on_close]` or \
         `#[on_error]` method takes it first, after `ctx: &Ctx<Self>`"
    )]
    SocketPlace,
    #[error("a socket is borrowed: write `from: &Socket<..>`, and clone it to keep it")]
    SocketBorrowed,
    #[error("say where web sockets are opened: `sockets(path = \"/ws\")`")]
    SocketsForm,
    #[error("a path begins with `/`: write `\"/{0}\"`")]
    SocketPath(&'a str),
    #[error("an automatic answer takes both: `ping = \"ping\", pong = \"pong\"`")]
    PingAlone,
    #[error("the platform takes 1 to 2,048 bytes here")]
    PingLength,
    #[error("`{0}` is a list of texts: write `{0}(\"..\", \"..\")`")]
    NotTexts(&'a str),
    #[error(
        "`{0}` is not an origin: write a scheme and a host, such as \"https://example.com\", or \
         \"*\" for pages of anybody"
    )]
    OriginForm(&'a str),
    #[error(
        "`{0}` can't be a sub-protocol: use letters, digits, `.`, `-` and `_`, such as \"chat.v1\""
    )]
    ProtocolForm(&'a str),
    #[error(
        "the size of the largest message is a number of bytes up to 33554432, which is the \
         platform's limit: `max_bytes = 65536`"
    )]
    MaxBytes,
    #[error("`#[on_connect]` takes `ctx: &Ctx<Self>` and `request: &Request`, each if it needs it")]
    ConnectArguments,
    #[error(
        "an `#[on_connect]` method admits or refuses: write `-> Result<Admission<T>>`, where `T` \
         is what the socket carries, `()` for nothing"
    )]
    NoAdmission,
    #[error(
        "nobody says what a socket carries: admit it with one in an `#[on_connect]` method, or \
         take `&Socket`"
    )]
    AttachmentWithoutConnect,
    #[error(
        "`#[on_message]` takes messages with its name as their `type`; for all of them, write one \
         of `#[on_message(json)]`, `(text)`, `(bytes)` or `(unhandled)`"
    )]
    MessageParts,
    #[error(
        "`#[on_message(json)]` takes `ctx: &Ctx<Self>` and `from: &Socket`, if it needs them, and \
         the message: one argument of a serde type"
    )]
    JsonArgument,
    #[error(
        "`#[on_message(text)]` takes `ctx: &Ctx<Self>` and `from: &Socket`, if it needs them, and \
         `text: String`"
    )]
    TextArgument,
    #[error(
        "`#[on_message(bytes)]` takes `ctx: &Ctx<Self>` and `from: &Socket`, if it needs them, and \
         `bytes: Bytes`"
    )]
    BytesArgument,
    #[error(
        "`#[on_message(unhandled)]` takes `ctx: &Ctx<Self>`, `from: &Socket`, `message: Message` \
         and `error: Error`, in that order and each if it needs it"
    )]
    UnhandledArguments,
    #[error(
        "`#[on_close]` takes `ctx: &Ctx<Self>`, `who: &Socket` and `why: Close`, in that order and \
         each if it needs it"
    )]
    CloseArguments,
    #[error(
        "`#[on_error]` takes `ctx: &Ctx<Self>`, `who: &Socket` and `error: Error`, in that order \
         and each if it needs it"
    )]
    ErrorArguments,
    #[error(
        "another handler takes these messages already: text goes to one `#[on_message(json)]`, to \
         one `#[on_message(text)]`, or to one `#[on_message]` for each type"
    )]
    MessagesTwice,
    #[error(
        "nobody passes anything to an alarm that recurs on its own: it takes `ctx: &Ctx<Self>` or \
         nothing"
    )]
    RecurringArguments,
    #[error("`#[persist]` goes on a field of an `#[actor]` struct")]
    PersistNotOnField,
    #[error("`#[{mark}]` goes on a method in an `#[actor]` impl block")]
    MarkNotOnMethod { mark: &'a str },
}

/// What to write in the place of a time zone that there is not.
#[cfg(feature = "cron")]
fn zone(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => ": write a name of the IANA database, such as `Europe/Berlin`, or leave `tz` out \
                 for UTC"
            .to_owned(),
    }
}

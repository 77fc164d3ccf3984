//! Everything that can be wrong with an actor, and what to write instead.

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
        "an actor's fields need names, under which persisted fields are stored: write \
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
    #[error("`{0}` belongs on the actor's struct: move it to the `#[actor]` there")]
    OptionOfStruct(&'a str),
    #[error("name the actor's tables: `tables(Bucket, Visit)`")]
    NotTables,
    #[error("name the migrations, the oldest first: `migrations(SPLIT_NAME, DROP_VISITS)`")]
    NotMigrations,
    #[error("name the struct of the actor's bindings: `bindings(Bindings)`")]
    NotBindings,
    #[error("this table is listed twice")]
    TableTwice,
    #[error("this migration is listed twice")]
    MigrationTwice,

    // #[actor] on the impl block
    #[error("`#[actor]` goes on the actor's own `impl` block, not on an implementation of a trait")]
    ImplOfTrait,
    #[error("an actor can't be generic")]
    ImplGenerics,
    #[error("write `impl` and the actor's name, in the module of its struct")]
    ImplPath,
    #[error(
        "`{method}` needs `&self`, to run concurrently with other `&self` handlers, or `&mut \
         self`, to have the actor to itself"
    )]
    Receiver { method: &'a str },
    #[error("an `#[{mark}]` method takes `&self` or `&mut self`")]
    NoReceiver { mark: &'a str },
    #[error(
        "`{method}` is called from JavaScript, too, and can't be generic: give it concrete types, \
         or make it private"
    )]
    MethodGenerics { method: &'a str },
    #[error("`{method}` takes and returns owned values, and needs no lifetimes: remove them")]
    MethodLifetime { method: &'a str },
    #[error(
        "the runtime reserves the name `{method}`, and nobody could call this: choose another name"
    )]
    ReservedName { method: &'a str },
    #[error(
        "`get` is taken by the actor's stubs, as in `Counter::get(env, name)`: choose another name"
    )]
    NameOfGet,
    #[error(
        "`{name}` is taken by the actor's stubs, as in `Counter::get(env, name)?.{name}(..)`: \
         choose another name"
    )]
    NameOfStub { name: &'a str },
    #[error("a handler gets its object as a context: take `ctx: &Ctx<Self>`, right after `self`")]
    IsCtx,
    #[error(
        "this comes with the context: take `ctx: &Ctx<Self>`, right after `self`, and write `{0}`"
    )]
    OfCtx(&'a str),
    #[error("arguments come from another object and are owned by the handler: take `{instead}`")]
    BorrowedArgument { instead: &'a str },
    #[error("an argument needs a name, for error messages: write `name: Type`")]
    ArgumentPattern,
    #[error("an argument comes from JavaScript, too, and has one concrete type: write it out")]
    ImplArgument,
    #[error("`ctx: &Ctx<Self>` comes right after `self`")]
    CtxNotFirst,
    #[error("the context is borrowed: write `ctx: &Ctx<Self>`")]
    CtxForm,
    #[error("a handler gets the context of its own actor: write `ctx: &Ctx<Self>`")]
    CtxOfAnother,
    #[error("a handler takes up to 12 arguments: put some of them in a struct")]
    TooManyArguments,
    #[error("the return value goes to another object and can't be borrowed: return `{instead}`")]
    BorrowedResult { instead: &'a str },
    #[error("a return value goes to JavaScript, too, and has one concrete type: write it out")]
    ImplResult,
    #[error(
        "nobody gets the return value of an `#[{mark}]` method: return nothing or `Result<()>`"
    )]
    AnswerToNobody { mark: &'a str },
    #[error("an `#[on_request]` method returns the response: write `-> Result<Response>`")]
    NoResponse,
    #[error("`#[{mark}]` is given twice")]
    MarkTwice { mark: &'a str },
    #[error("a method is either `#[{first}]` or `#[{second}]`: call a common method from both")]
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
    #[error("`#[on_init]` gets no arguments: it takes `ctx: &Ctx<Self>` or nothing")]
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
    #[error("this must be longer than zero: write at least \"1ms\"")]
    AlarmEveryZero,
    #[error("an alarm's options go in parentheses: write `#[alarm(every = \"5m\")]`")]
    AlarmOptions,
    #[error("an alarm recurs by `every` or by `cron`: remove one, or write two handlers")]
    EveryAndCron,
    #[error("`tz` is the time zone of `cron`: add `cron = \"0 3 * * *\"`, or remove `tz`")]
    ZoneWithoutCron,
    #[cfg(not(feature = "cron"))]
    #[error(
        "`cron` is a feature of the crate: write `features = [\"cron\"]` for `actors-core` in \
         `Cargo.toml`"
    )]
    CronFeature,
    #[cfg(feature = "cron")]
    #[error(
        "a cron expression has five fields: minute, hour, day of the month, month and day of the \
         week, such as \"0 3 * * MON\"; or six, with the second before them; this one has {0}"
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
    #[error("`{0}` never matches a date")]
    CronNever(&'a str),
    #[cfg(feature = "cron")]
    #[error("there is no time zone `{name}`{}", zone(*.nearest))]
    Zone {
        name: &'a str,
        nearest: Option<&'a str>,
    },
    #[error(
        "write how often, and after which waits: `retry(max = 5, base = \"2s\", cap = \
             \"1h\")`"
    )]
    RetryForm,
    #[error("`max` is the number of attempts, including the first: at least 1")]
    RetryMax,
    #[error("`cap` is the longest wait, `base` the first: write a `cap` that is not shorter")]
    RetryCap,
    #[error(
        "`&Socket` is the origin of an event: an `#[on_message]`, `#[on_close]` or `#[on_error]` \
         method takes it first, after `ctx: &Ctx<Self>`"
    )]
    SocketPlace,
    #[error("a socket is borrowed: write `from: &Socket<..>`, and clone it to keep it")]
    SocketBorrowed,
    #[error("write where web sockets are opened: `sockets(path = \"/ws\")`")]
    SocketsForm,
    #[error("a path begins with `/`: write `\"/{0}\"`")]
    SocketPath(&'a str),
    #[error("an automatic reply takes both: `ping = \"ping\", pong = \"pong\"`")]
    PingAlone,
    #[error("the platform accepts 1 to 2,048 bytes here")]
    PingLength,
    #[error("`{0}` is a list of texts: write `{0}(\"..\", \"..\")`")]
    NotTexts(&'a str),
    #[error(
        "`{0}` is not an origin: write a scheme and a host, such as \"https://example.com\", or \
         \"*\" for all pages"
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
        "nothing declares what a socket carries: admit it with an attachment in an `#[on_connect]` \
         method, or take plain `&Socket`"
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
        "another handler already takes these messages: text goes to one `#[on_message(json)]`, to \
         one `#[on_message(text)]`, or to one `#[on_message]` for each type"
    )]
    MessagesTwice,
    #[error(
        "an alarm that recurs on its own gets no arguments: it takes `ctx: &Ctx<Self>` or nothing"
    )]
    RecurringArguments,
    #[error(
        "`#[once]` goes on the argument that is the key of a call: write `#[once] order: OrderId` \
         in a `pub` method of an `#[actor]` impl block"
    )]
    OnceNotOnKey,
    #[error(
        "`#[once]` is for what others call, and may call again: put it on an argument of a `pub` \
         method"
    )]
    OnceNotCalled,
    #[error(
        "one argument is the key of a call: make one of them, a struct or a tuple, out of several"
    )]
    OnceTwice,
    #[error(
        "an `async` method is no transaction, and can't be sure to happen once: remove `async`, \
         and have an `#[alarm]` do what is to be awaited, scheduled with `ctx.alarms()`"
    )]
    OnceAsync,
    #[error("all calls without a key would be one and the same: take the key itself, no `Option`")]
    OnceOptional,
    #[error("write how long an answer is kept in parentheses: `#[once(keep = \"1d\")]`")]
    OnceOptions,
    #[error(
        "a `&mut self` task would keep the actor to itself for as long as it takes, days perhaps: \
         take `&self`, or no receiver and `run: &Run<Self>`, and change the actor in \
         `run.write(..)`"
    )]
    TaskExclusive,
    #[error("what has nothing to wait for is no task: write `async fn`, or make it an `#[alarm]`")]
    TaskNotAsync,
    #[error(
        "a task gets at what it has done before by its run: take `{instead}`, before its arguments"
    )]
    TaskRun { instead: &'a str },
    #[error("a task that takes `&self` has the actor by that: write `run: &Run`")]
    TaskRunOfSelf,
    #[error("a task without a receiver gets at the actor by its run: write `run: &Run<Self>`")]
    TaskRunWithoutSelf,
    #[error("`&Run` belongs to a `#[task]` method, which takes it right before its arguments")]
    RunPlace,
    #[error(
        "a task without a receiver is in no turn of the actor, and has no context: use \
         `run.write(name, |actor, ctx| ..)`, in a step also `run.read(|actor, ctx| ..)`; or take \
         `&self`"
    )]
    TaskCtx,
    #[error(
        "`{name}` is taken by the actor's tasks, as in `ctx.tasks().{name}(..)`: choose another name"
    )]
    NameOfTasks { name: &'a str },
    #[error("a task's options go in parentheses: write `#[task(timeout = \"1d\")]`")]
    TaskOptions,
    #[error("`{0}` is a number, at least 1: write `{0} = 2`")]
    TaskNumber(&'a str),
    #[error("`#[persist]` goes on a field of an `#[actor]` struct")]
    PersistNotOnField,
    #[error("`#[{mark}]` goes on a method in an `#[actor]` impl block")]
    MarkNotOnMethod { mark: &'a str },
}

/// What to write instead of an unknown time zone.
#[cfg(feature = "cron")]
fn zone(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => ": write a name of the IANA database, such as `Europe/Berlin`, or remove `tz` for \
                 UTC"
        .to_owned(),
    }
}

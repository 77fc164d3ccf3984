//! What the macros ask of the types that users write.
//!
//! A type that lacks something is one error, where it is written: [`Probe`] says
//! whether it has it, a check such as [`Argument`] is implemented for `true`
//! alone, and whatever else is generated goes through [`If`], which for `false`
//! needs nothing of the type and so adds no error of its own.

#![allow(missing_docs, reason = "for the macros alone")]

use std::marker::PhantomData;
use std::panic::RefUnwindSafe;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize,
};
use std::sync::{LazyLock, Mutex, OnceLock, RwLock};

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::{Serialize, Serializer};

use crate::actor::Actor;
use crate::backend::Cell;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::object::Turn;
use crate::request::{Body, FromBody, Request, Response, read, sendable};
use crate::rpc::Arguments;
use crate::sockets::{Admission, Admitted, Opening, Socket};
use crate::sql::{FromSql, HasTable, InList, Keyed, SqlValue, ToSql, Value};

/// Whether a type, which must be known here, has what is asked of it:
/// `Probe::<T>::SERDE`, with [`Unproven`] in scope.
pub struct Probe<T>(PhantomData<T>);

/// What is so of a type that [`Probe`] knows nothing else of.
pub trait Unproven {
    const SERDE: bool = false;
    const DEFAULT: bool = false;
    const VALUE: bool = true;
    const ERROR: bool = false;
    const PERSIST: bool = false;
    const STILL: bool = false;
    const UNLOCKED: bool = true;
    const REQUEST: bool = false;
    const RESPONSE: bool = false;
    const SAME: bool = false;
    const COLUMN: bool = false;
    const STORED: bool = false;
    const KEYED: bool = false;
    const IN_LIST: bool = false;
    const ACTOR: bool = false;
}

impl<T> Unproven for Probe<T> {}

impl<T: Serialize + DeserializeOwned> Probe<T> {
    pub const SERDE: bool = true;
}

impl<T: SqlValue> Probe<T> {
    pub const STORED: bool = true;
}

impl<T: InList> Probe<T> {
    pub const IN_LIST: bool = true;
}

impl<T: Actor> Probe<T> {
    pub const ACTOR: bool = true;
}

impl<T: Keyed> Probe<T> {
    pub const KEYED: bool = true;
}

impl<T: Default> Probe<T> {
    pub const DEFAULT: bool = true;
}

impl<T: Serialize + DeserializeOwned + Default> Probe<T> {
    pub const PERSIST: bool = true;
}

/// `UnsafeCell` alone is not, nor what holds one, through pointers too.
impl<T: RefUnwindSafe> Probe<T> {
    pub const STILL: bool = true;
}

/// Those that are `RefUnwindSafe`, and change all the same.
macro_rules! unlocked {
    ($([$($parameter:ident)?] $type:ty,)*) => {$(
        impl$(<$parameter>)? Probe<$type> {
            pub const UNLOCKED: bool = false;
        }
    )*};
}

unlocked! {
    [T] Mutex<T>,
    [T] RwLock<T>,
    [T] OnceLock<T>,
    [T] LazyLock<T>,
    [] AtomicBool,
    [] AtomicU8,
    [] AtomicU16,
    [] AtomicU32,
    [] AtomicU64,
    [] AtomicUsize,
    [] AtomicI8,
    [] AtomicI16,
    [] AtomicI32,
    [] AtomicI64,
    [] AtomicIsize,
}

impl<B: FromBody> Probe<Request<B>> {
    pub const REQUEST: bool = true;
}

impl<B: Into<Body>> Probe<Response<B>> {
    pub const RESPONSE: bool = true;
}

impl<T> Probe<(T, T)> {
    pub const SAME: bool = true;
}

impl<T: ToSql + FromSql> Probe<T> {
    pub const COLUMN: bool = true;
}

impl<T, E> Probe<Result<T, E>> {
    pub const VALUE: bool = false;
}

impl<T, E: Into<Error>> Probe<Result<T, E>> {
    pub const ERROR: bool = true;
}

macro_rules! checks {
    ($($(#[$message:meta])* $check:ident)*) => {$(
        $(#[$message])*
        pub trait $check<const IS: bool> {
            const CHECKED: () = ();
            #[doc(hidden)]
            const IS_SO: bool = IS;
        }

        impl<T> $check<true> for T {}
    )*};
}

checks! {
    #[diagnostic::on_unimplemented(
        message = "the handlers of `{Self}` are missing",
        label = "a struct alone is no actor",
        note = "write them in an `impl` block that is marked too: `#[actor] impl {Self} {{ .. }}`"
    )]
    Handled

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not sent to a handler",
        label = "comes with the context",
        note = "take `ctx: &Ctx<Self>`, and write `ctx.env()`, `ctx.sql()`, `ctx.alarms()` or \
                `ctx.sockets()`"
    )]
    NotOfCtx

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the argument of a handler",
        label = "not a type that serde can send and store",
        note = "arguments come from other objects or from storage: derive serde's `Serialize` and \
                `Deserialize` for the type and what it holds"
    )]
    Argument

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the answer of a handler",
        label = "not a type that serde can send",
        note = "answers go to other objects: derive serde's `Serialize` and `Deserialize` for the \
                type and what it holds"
    )]
    Answer

    #[diagnostic::on_unimplemented(
        message = "a field of type `{Self}` can't be persisted",
        label = "not a type that serde can store",
        note = "derive serde's `Serialize` and `Deserialize` for the type and what it holds, or \
                remove `#[persist]`: the field then starts with its `Default` at each wake"
    )]
    Persisted

    #[diagnostic::on_unimplemented(
        message = "a field of type `{Self}` can change behind `&self`, and can't be persisted",
        label = "can change behind `&self`",
        note = "a persisted field is stored at the end of a `&mut self` turn: what a `&self` turn \
                changes would be lost. Write the type without `Cell` and the like, and change it \
                in `&mut self` handlers; or remove `#[persist]`"
    )]
    Still

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can change behind `&self`, and can't be the attachment of a web socket",
        label = "can change behind `&self`",
        note = "an attachment is stored when `Socket::set_data` says so: what changes otherwise \
                would be lost. Write the type without `Cell` and the like"
    )]
    StillAttached

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a type that a column can have",
        label = "not a type that a column can have",
        note = "derive `SqlValue` for it if it is an enum without fields or a struct around one \
                value; mark the field `#[sql(json)]` to store any serde type as JSON; and write \
                `Option<..>` itself where the column may be NULL"
    )]
    AsColumn

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a generated id",
        label = "not stored as an integer",
        note = "write `i64`, `u64` or `u32`, or a struct around one that derives `SqlValue`"
    )]
    AsId

    #[diagnostic::on_unimplemented(
        message = "this default is not a value of the column's `{Self}`",
        label = "not what a `{Self}` is stored as",
        note = "write a literal of what the type is stored as; an enum is stored as its variants' \
                names in snake case: `default = \"in_progress\"`"
    )]
    AsDefault

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be referenced",
        label = "not a table with a primary key",
        note = "name the struct of a table: `#[sql_table]` on the struct, `#[sql(primary_key)]` on a \
                field of it"
    )]
    AsParent

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be stored as JSON",
        label = "not a type that serde can store",
        note = "derive serde's `Serialize` and `Deserialize` for the type and what it holds"
    )]
    AsJson

    #[diagnostic::on_unimplemented(
        message = "a field of type `{Self}` has no value to start with",
        label = "has no `Default`",
        note = "an actor's fields start with their `Default`: derive or implement it for the type, \
                or make the field an `Option`"
    )]
    Initial

    #[diagnostic::on_unimplemented(
        message = "the error of a handler must convert into the framework's `Error`",
        label = "`{Self}` does not",
        note = "return `Result<_>` and convert where it fails, with `.map_err(|error| \
                Error::internal(error.to_string()))?` for example; or implement `From<..>` for \
                `Error`, if the error is a type of your own"
    )]
    Failure

    #[diagnostic::on_unimplemented(
        message = "this is a `Result` under another name",
        label = "`{Self}`",
        note = "an `Err` must undo the turn: write `Result<..>` where the handler says what it \
                returns"
    )]
    Plain

    #[diagnostic::on_unimplemented(
        message = "no web socket can be opened to `{Self}`",
        label = "nobody can get here",
        note = "say where sockets are opened, on the struct: `#[actor(sockets(path = \"/ws\"))]`"
    )]
    Connected

    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be the attachment of a web socket",
        label = "not a type that serde can store",
        note = "it is stored with the socket, as JSON: derive serde's `Serialize` and `Deserialize` \
                for the type and what it holds"
    )]
    Attached

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not what an `#[on_request]` handler can take",
        label = "not a request",
        note = "take `Request`, whose body is a stream, or `Request<Bytes>` or `Request<String>`, \
                whose body is read before the handler runs"
    )]
    Asked

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not what an `#[on_request]` handler can answer",
        label = "not a response",
        note = "answer a `Response` with a body that becomes a `Body`, such as \
                `http::Response::new(text.into())` or `json_response(200, &value)`"
    )]
    Responds
}

/// Whether a default fits a column, whose type rustc alone knows.
pub const fn is_default<T: SqlValue>(sql_type: &str, text: &str) -> bool {
    let is_whole = is_same(sql_type, "INTEGER") && is_same(T::TYPE, "REAL");
    if !is_same(sql_type, T::TYPE) && !is_whole && !is_same(T::TYPE, "ANY") {
        return false;
    }
    let mut index = 0;
    while index < T::TEXTS.len() {
        if is_same(T::TEXTS[index], text) {
            return true;
        }
        index += 1;
    }
    index == 0
}

/// Whether a generated id fits a column, whose type rustc alone knows.
pub const fn is_integer<T: SqlValue>() -> bool {
    is_same(T::TYPE, "INTEGER") || is_same(T::TYPE, "ANY")
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    a.len() == b.len() && index == a.len()
}

/// The type of a table's primary key, and the tables that a table references: functions
/// of the table's own answer them, since its types may be private; these do for the rest.
pub trait Untold: Sized {
    fn __key() -> Unknown {
        Unknown
    }

    fn __parents() -> Parents<()> {
        Parents(PhantomData)
    }
}

impl<T> Untold for T {}

pub struct Key<T>(pub PhantomData<fn() -> T>);

pub struct Parents<T>(pub PhantomData<fn() -> T>);

pub struct Unknown;

/// Asks that a column has the type of the key that it references.
pub fn same_key<T: References<K>, K>(_: K) {}

#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` can't reference this table",
    label = "the primary key there is `{K}`"
)]
pub trait References<K> {}

impl<T> References<Key<T>> for T {}
impl<T> References<Unknown> for T {}

/// The name of a table that a column references, if it is one.
pub trait Parent<T> {
    const NAME: &'static str;
}

impl<T: Keyed> Parent<T> for If<true> {
    const NAME: &'static str = T::TABLE.name;
}

impl<T> Parent<T> for If<false> {
    const NAME: &'static str = "";
}

/// Asks that an actor has the tables that one of its tables references.
pub fn has_parents<A: HasParents<T>, T>(_: Parents<T>) {}

#[diagnostic::on_unimplemented(
    message = "this table references another, which is not among those of `{Self}`",
    label = "it references `{T}`",
    note = "name that in `#[actor(tables(..))]` too"
)]
pub trait HasParents<T> {}

macro_rules! tuples {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<Actor $(, $name)*> HasParents<($($name,)*)> for Actor where $(Actor: HasTable<$name>),* {}
    };
}

crate::for_each_tuple!(tuples);

/// Whether a handler's socket carries what the others' do.
#[diagnostic::on_unimplemented(
    message = "the web sockets of this actor do not carry `{Self}`",
    label = "expected `{T}`",
    note = "what a socket carries is the `T` of the `Admission<T>` that `#[on_connect]` answers: \
            write `&Socket<T>` with the same one"
)]
pub trait AttachedAlike<T, const IS: bool> {
    const CHECKED: () = ();
}

impl<T, U> AttachedAlike<T, true> for U {}

/// Something that depends on a [`Probe`].
pub struct If<const IS: bool>;

/// Carries a `T` that has what the generated code needs; in the place of one that has
/// not, a stand-in, in code that never runs, because a check fails as well.
pub struct Carrier<T, const IS: bool>(PhantomData<fn() -> T>);

/// See [`Carrier`].
pub trait Carry {
    type Plain;
    type Type;
    fn pass(value: Self::Plain) -> Self::Type;
    fn back(value: Self::Type) -> Self::Plain;
    fn view(value: &Self::Plain) -> &Self::Type;
    fn view_mut(value: &mut Self::Plain) -> &mut Self::Type;
}

impl<T> Carry for Carrier<T, true> {
    type Plain = T;
    type Type = T;

    fn pass(value: T) -> T {
        value
    }

    fn back(value: T) -> T {
        value
    }

    fn view(value: &T) -> &T {
        value
    }

    fn view_mut(value: &mut T) -> &mut T {
        value
    }
}

impl<T> Carry for Carrier<T, false> {
    type Plain = T;
    type Type = StandIn;

    fn pass(_: T) -> StandIn {
        unreachable!()
    }

    fn back(value: StandIn) -> T {
        match value {}
    }

    fn view(_: &T) -> &StandIn {
        unreachable!()
    }

    fn view_mut(_: &mut T) -> &mut StandIn {
        unreachable!()
    }
}

/// The carriers of a handler's arguments, as a tuple.
pub trait CarryAll {
    type Plain: 'static;
    type Types: Arguments + 'static;
    fn pass(values: Self::Plain) -> Self::Types;
    fn back(values: Self::Types) -> Self::Plain;
}

macro_rules! carriers {
    ($($name:ident)*) => {
        #[allow(non_snake_case, reason = "the type's name serves for its value")]
        #[allow(clippy::unused_unit, reason = "`()` has no arguments")]
        impl<$($name: Carry<Plain: 'static, Type: Serialize + DeserializeOwned + 'static>),*> CarryAll
            for ($($name,)*)
        {
            type Plain = ($($name::Plain,)*);
            type Types = ($($name::Type,)*);

            fn pass(($($name,)*): Self::Plain) -> Self::Types {
                ($($name::pass($name),)*)
            }

            fn back(($($name,)*): Self::Types) -> Self::Plain {
                ($($name::back($name),)*)
            }
        }
    };
}

crate::for_each_tuple!(carriers);

/// A type that has all that is asked of one, and no values.
pub enum StandIn {}

impl Default for StandIn {
    fn default() -> Self {
        unreachable!()
    }
}

#[diagnostic::do_not_recommend]
impl ToSql for StandIn {
    type Kind = Self;

    fn to_sql(&self) -> Result<Value<'_>> {
        match *self {}
    }
}

#[diagnostic::do_not_recommend]
impl FromSql for StandIn {
    fn from_sql(_: Cell<'_>) -> Result<Self> {
        unreachable!()
    }
}

#[diagnostic::do_not_recommend]
impl SqlValue for StandIn {
    const TYPE: &'static str = "ANY";
}

impl Serialize for StandIn {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<'de> Deserialize<'de> for StandIn {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        unreachable!()
    }
}

/// What a handler that returns `R` comes to.
pub trait Outcome<R> {
    type Value;
    fn outcome(returned: R) -> Result<Self::Value>;
}

impl<T, E: Into<Error>> Outcome<Result<T, E>> for If<true> {
    type Value = T;

    fn outcome(returned: Result<T, E>) -> Result<T> {
        returned.map_err(Into::into)
    }
}

impl<T, E> Outcome<Result<T, E>> for If<false> {
    type Value = T;

    fn outcome(_: Result<T, E>) -> Result<T> {
        unreachable!()
    }
}

/// The outcome of a handler that returns no `Result`.
pub struct Always;

impl<T> Outcome<T> for Always {
    type Value = T;

    fn outcome(returned: T) -> Result<T> {
        Ok(returned)
    }
}

/// Goes on with a request in the form that the handler takes.
pub trait Read<R> {
    fn read(request: Request, next: impl FnOnce(R) -> Turn<Response> + 'static) -> Turn<Response>;
}

impl<B: FromBody> Read<Request<B>> for If<true> {
    fn read(
        request: Request,
        next: impl FnOnce(Request<B>) -> Turn<Response> + 'static,
    ) -> Turn<Response> {
        read(request, next)
    }
}

impl<R> Read<R> for If<false> {
    fn read(_: Request, _: impl FnOnce(R) -> Turn<Response> + 'static) -> Turn<Response> {
        unreachable!()
    }
}

/// Makes of what the handler answers what the platform sends.
pub trait Respond<T> {
    fn respond(value: T) -> Result<Response>;
}

impl<B: Into<Body>> Respond<Response<B>> for If<true> {
    fn respond(value: Response<B>) -> Result<Response> {
        sendable(value.map(Into::into))
    }
}

impl<T> Respond<T> for If<false> {
    fn respond(_: T) -> Result<Response> {
        unreachable!()
    }
}

/// Makes ready what an `#[on_connect]` handler has admitted.
pub trait Admit<T> {
    fn settle<A>(opening: Opening, ctx: &Ctx<A>, admission: Admission<T>) -> Result<Admitted>;
}

impl<T: Serialize + DeserializeOwned> Admit<T> for If<true> {
    fn settle<A>(opening: Opening, ctx: &Ctx<A>, admission: Admission<T>) -> Result<Admitted> {
        opening.settle(ctx, admission)
    }
}

impl<T> Admit<T> for If<false> {
    fn settle<A>(_: Opening, _: &Ctx<A>, _: Admission<T>) -> Result<Admitted> {
        unreachable!()
    }
}

/// A socket in the form that the handler takes.
pub trait View<T, U> {
    fn view(socket: &Socket<T>) -> &Socket<U>;
}

impl<T> View<T, T> for If<true> {
    fn view(socket: &Socket<T>) -> &Socket<T> {
        socket
    }
}

impl<T, U> View<T, U> for If<false> {
    fn view(_: &Socket<T>) -> &Socket<U> {
        unreachable!()
    }
}

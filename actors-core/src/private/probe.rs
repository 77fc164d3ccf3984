//! What a type implements, as constants for the macros.
//!
//! `Probe::<T>::SERDE` is the inherent constant, `true`, where its bound holds, and otherwise that
//! of the trait [`Unproven`], `false`: an inherent constant shadows a trait's. This is
//! specialization by name lookup, without autoref and on stable Rust; it needs a concrete `T`.

#![allow(missing_docs, reason = "for the macros alone")]

use std::marker::PhantomData;
use std::panic::RefUnwindSafe;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize,
};
use std::sync::{LazyLock, Mutex, OnceLock, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::Actor;
use crate::bindings::service::Service;
use crate::bindings::{Bucket, Database, Kv, Queue};
use crate::error::{Error, Result};
use crate::from_binding::FromBinding;
use crate::request::{Body, FromBody, Request, Response};
use crate::sql::{FromSql, InList, Keyed, SqlValue, ToSql};

/// Whether a type, which must be concrete, implements something: `Probe::<T>::SERDE`, with
/// [`Unproven`] in scope.
pub struct Probe<T>(PhantomData<T>);

/// The constants of a type for which no bound holds: an inherent one on [`Probe`] shadows each.
pub trait Unproven {
    const SERDE: bool = false;
    const BODY: bool = false;
    const SENT: bool = false;
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
    const BINDING: bool = false;
    const BOUND: bool = false;
    const SECRET: bool = false;
    const OURS: bool = false;
}

impl<T> Unproven for Probe<T> {}

impl<T: Serialize + DeserializeOwned> Probe<T> {
    pub const SERDE: bool = true;
}

impl Probe<Body> {
    pub const BODY: bool = true;
    pub const SENT: bool = true;
}

impl<T: Serialize + DeserializeOwned> Probe<T> {
    pub const SENT: bool = true;
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

impl<T: FromBinding> Probe<T> {
    pub const BINDING: bool = true;
    pub const SECRET: bool = T::IS_TEXT;
}

/// Types whose bindings wrangler's configuration has, and not others of the same names.
macro_rules! bound {
    ($([$($parameter:ident)?] $type:ty,)*) => {$(
        impl$(<$parameter>)? Probe<$type> {
            pub const BOUND: bool = true;
        }
    )*};
}

bound! {
    [] Bucket,
    [] Database,
    [] Kv,
    [T] Queue<T>,
    [] Service,
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

/// Excludes `UnsafeCell` and everything that holds one, even through pointers.
impl<T: RefUnwindSafe> Probe<T> {
    pub const STILL: bool = true;
}

/// Types that are `RefUnwindSafe`, but can change nevertheless.
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

impl<T> Probe<Result<T>> {
    pub const OURS: bool = true;
}

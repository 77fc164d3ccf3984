//! Arguments and return values, or stand-ins for those that can't be sent.

#![allow(missing_docs, reason = "for the macros alone")]

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::streamed::Streamed;
use crate::request::Body;
use crate::rpc::Arguments;
use crate::stand_in::StandIn;

/// Carries a `T` that has what the generated code needs. For a `T` that lacks it, carries a
/// stand-in, in code that never runs, because a check fails as well; unless it is a body, which is
/// carried beside the values of a call.
pub struct Carrier<T, const IS: bool, const IS_BODY: bool = false>(PhantomData<fn() -> T>);

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

impl Carry for Carrier<Body, false, true> {
    type Plain = Body;
    type Type = Streamed;

    fn pass(body: Body) -> Streamed {
        Streamed::new(body)
    }

    fn back(streamed: Streamed) -> Body {
        streamed.into_body()
    }

    fn view(_: &Body) -> &Streamed {
        unreachable!("only a call carries a body")
    }

    fn view_mut(_: &mut Body) -> &mut Streamed {
        unreachable!("only a call carries a body")
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

crate::tuples::for_each_tuple!(carriers);

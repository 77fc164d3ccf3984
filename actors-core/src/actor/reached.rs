//! From a struct to the stubs of its instances.

use super::Actor;
use super::host::address;
use super::state::Reached;
use crate::env::Env;
use crate::error::Result;
use crate::rpc::{Stub, check_name};
use crate::stand_in::{If, StandIn};

impl<A: Actor> Reached<A> for If<true> {
    type Stub = A::Stub;

    fn named(env: &Env, name: &str) -> Result<A::Stub> {
        <Self as Reached<A>>::stub(env, name).map(Into::into)
    }

    fn stub(env: &Env, name: &str) -> Result<Stub> {
        check_name(name)?;
        let target = env.object(&address::<A>(), name)?;
        Ok(Stub::new(A::NAME, target))
    }
}

impl<A> Reached<A> for If<false> {
    type Stub = StandIn;

    fn named(_: &Env, _: &str) -> Result<StandIn> {
        unreachable!()
    }

    fn stub(_: &Env, _: &str) -> Result<Stub> {
        unreachable!()
    }
}

//! From a struct to the stubs of its instances.

use super::Actor;
use super::host::address;
use super::state::Reached;
use crate::env::{Address, Env};
use crate::error::Result;
use crate::rpc::{Stub, check_name};
use crate::stand_in::{If, StandIn};

impl<A: Actor> Reached<A> for If<true> {
    type Stub = A::Stub;

    fn named(env: &Env, name: &str) -> Result<A::Stub> {
        Ok(stub(env, A::NAME, &address::<A>(), name)?.into())
    }
}

fn stub(env: &Env, actor: &'static str, address: &Address, name: &str) -> Result<Stub> {
    check_name(name)?;
    Ok(Stub::new(actor, env.object(address, name)?))
}

impl<A> Reached<A> for If<false> {
    type Stub = StandIn;

    fn named(_: &Env, _: &str) -> Result<StandIn> {
        unreachable!()
    }
}

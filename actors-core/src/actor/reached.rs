//! From a struct to the stubs of its instances.

use super::Actor;
use super::host::address;
use super::state::Reached;
use crate::env::{Address, Env};
use crate::error::Result;
use crate::rpc::placement::{Placement, Which};
use crate::rpc::{Stub, check_name};
use crate::stand_in::{If, StandIn};

impl<A: Actor> Reached<A> for If<true> {
    type Stub = A::Stub;

    fn named(env: &Env, name: &str) -> Result<A::Stub> {
        stub(env, A::NAME, &address::<A>(), name).map(Into::into)
    }

    fn address() -> Address {
        address::<A>()
    }

    fn placed(env: &Env, which: Which<'_>, placement: Placement) -> Result<A::Stub> {
        if let Which::Named(name) = which {
            check_name(name)?;
        }
        let target = env.placed(&address::<A>(), which, placement)?;
        Ok(Stub::new(A::NAME, target).into())
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

    fn address() -> Address {
        unreachable!()
    }

    fn placed(_: &Env, _: Which<'_>, _: Placement) -> Result<StandIn> {
        unreachable!()
    }
}

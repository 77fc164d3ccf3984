//! Stand-ins for objects and services that are not ours.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::error::Error;
use crate::platform::{Host, Upgrade};
use crate::request::{Request, Response};
use crate::rpc::{Call, FakedBy};
use crate::sockets::message::Event;
use crate::sockets::raw::RawSocket;
use crate::time::Timestamp;
use crate::turn::Turn;
use crate::wire::Packed;

/// The objects of a binding, by their names: each is made when it is first called, and lasts as
/// long as the world.
pub(crate) type Fakes = Rc<dyn Fn(&str) -> Rc<dyn Host>>;

/// Fakes for the stub `S`.
pub(crate) fn fakes<S, T>(make: impl Fn(&str) -> T + 'static) -> Fakes
where
    S: FakedBy<T> + 'static,
    T: 'static,
{
    let made = RefCell::<BTreeMap<String, Rc<T>>>::default();
    Rc::new(move |name| {
        let known = made.borrow().get(name).cloned();
        let fake = known.unwrap_or_else(|| {
            let fake = Rc::new(make(name));
            made.borrow_mut().insert(name.to_owned(), fake.clone());
            fake
        });
        Rc::new(Fake::<S, T>(fake, PhantomData))
    })
}

struct Fake<S, T>(Rc<T>, PhantomData<S>);

impl<S: FakedBy<T>, T> Host for Fake<S, T> {
    fn method(&self, name: &str) -> Option<usize> {
        S::METHODS.iter().position(|method| *method == name)
    }

    fn call(&self, method: usize, arguments: Packed) -> Turn<Packed> {
        S::call(self.0.clone(), method, Call(arguments)).map(|reply| Ok(reply?.0))
    }

    fn is_upgrade(&self, _path: &str, _upgrade: Option<&str>) -> bool {
        false
    }

    fn upgrade(&self, _request: Request) -> Turn<Upgrade> {
        Turn::Done(Err(nothing_else()))
    }

    fn fetch(&self, _request: Request) -> Option<Turn<Response>> {
        None
    }

    fn alarm(&self, _planned: Option<Timestamp>) -> Turn<()> {
        Turn::Done(Err(nothing_else()))
    }

    fn socket(&self, _socket: RawSocket, _event: Event) -> Turn<()> {
        Turn::Done(Err(nothing_else()))
    }
}

fn nothing_else() -> Error {
    Error::internal("a fake only has the methods of its trait")
}

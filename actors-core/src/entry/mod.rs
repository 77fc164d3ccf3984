//! The Worker in front of the actors, which `entry!` describes.

pub(crate) mod check;
pub(crate) mod events;
pub(crate) mod front;
pub(crate) mod handlers;
pub(crate) mod route;

use self::events::{Consumer, OnSchedule};
use self::front::Front;
use crate::from_binding::ReadBindings;

/// The Worker that [`entry!`](macro@crate::entry) describes: it writes a type `Worker` beside it, for
/// `World::fetch`, `World::scheduled` and `World::deliver` of the feature `testing`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Worker",
    label = "not a Worker",
    note = "name the type `Worker` that `entry!` writes"
)]
pub trait Entry {
    #[doc(hidden)]
    const FRONT: &'static Front;
    #[doc(hidden)]
    const SCHEDULED: Option<OnSchedule>;
    /// Reads the bindings that `bindings(..)` names.
    #[doc(hidden)]
    const BINDINGS: Option<ReadBindings>;
    #[doc(hidden)]
    const QUEUES: &'static [Consumer];
}

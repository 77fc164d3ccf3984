//! How a sleeping actor wakes.

use std::rc::Rc;

use super::{Init, Object};
use crate::error::Result;
use crate::instance::turn::Wakes;
use crate::schema;
use crate::turn::BoxFuture;
use crate::turn::current::{self, Caller};

impl Wakes for Object {
    fn wake(&self, caller: Rc<Caller>) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.run_init(caller))
    }
}

impl Object {
    /// Schema, persisted fields, `#[on_init]`; the actor is awake when all have succeeded.
    async fn run_init(&self, caller: Rc<Caller>) -> Result<()> {
        let (memory, instance) = (&self.memory, self.instance());
        // The database decides; what memory has of it may be outdated.
        instance.forget();
        let stored = schema::open(instance)?;
        let mut actor = self.fresh();
        memory.saved.load(&mut *actor, &stored)?;
        match memory.code.on_init {
            None => {}
            Some(Init::Sync(init)) => self.commit(&mut *actor, &mut |actor| init(actor))?,
            Some(Init::Async(init)) => {
                current::within(&caller, init(&mut *actor)).await?;
                self.store_changed(&*actor)?;
            }
        }
        memory.actor.replace(Some(actor));
        instance.unborn.is_awake();
        Ok(())
    }
}

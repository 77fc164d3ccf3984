//! The alarms that handlers are declared with.

use super::recurrence::Recurrence;
use super::table::change;
use crate::actor::Actor;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::sql::{FromRow, Row};

struct Stored {
    id: i64,
    handler: String,
    recurrence: Option<Recurrence>,
}

impl FromRow for Stored {
    const WIDTH: usize = 5;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            handler: row.get(1)?,
            recurrence: Recurrence::from_columns(row.get(2)?, row.get(3)?, row.get(4)?),
        })
    }
}

/// Makes the declared alarms those that the code declares: new ones begin, changed
/// ones move to their new times, those that are gone end.
pub(crate) fn reconcile<A: Actor>(ctx: &Ctx<A>) -> Result<()> {
    change(ctx, |ctx| {
        let mut stored: Vec<Stored> = ctx.own().all(
            "SELECT id, handler, every, cron, zone FROM _actors_alarms WHERE declared = 1",
            (),
        )?;
        for handler in A::HANDLERS.alarms {
            let Some(declared) = handler.declared else {
                continue;
            };
            let recurrence = declared.recurrence();
            let same = stored.iter().position(|stored| {
                stored.handler == handler.name && stored.recurrence.as_ref() == Some(&recurrence)
            });
            match same {
                Some(same) => drop(stored.swap_remove(same)),
                None => insert(ctx, handler.name, &recurrence)?,
            }
        }
        stored.iter().try_for_each(|gone| {
            ctx.own()
                .run("DELETE FROM _actors_alarms WHERE id = ?", (gone.id,))
                .map(drop)
        })
    })
}

fn insert<A>(ctx: &Ctx<A>, handler: &str, recurrence: &Recurrence) -> Result<()> {
    let first = recurrence.first_after(ctx.now())?;
    let (every, cron, zone) = recurrence.columns();
    ctx.own()
        .run(
            "INSERT INTO _actors_alarms \
             (handler, payload, due, planned, every, cron, zone, declared) \
             VALUES (?1, 'null', ?2, ?2, ?3, ?4, ?5, 1)",
            (handler, first, every, cron, zone),
        )
        .map(drop)
}

//! The alarms that handlers declare.

use super::Recurrence;
use super::change::change;
use crate::error::Result;
use crate::instance::Instance;
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

/// Makes the stored declared alarms match the code: new ones are added, changed ones get
/// their new times, and those no longer declared are removed.
pub(crate) fn reconcile(instance: &Instance) -> Result<()> {
    change(instance, |instance| {
        let mut stored: Vec<Stored> = instance.alarms()?.all(
            "SELECT id, handler, every, cron, zone FROM _actors_alarms WHERE declared = 1",
            (),
        )?;
        for handler in instance.def.alarms() {
            let Some(declared) = handler.declared else {
                continue;
            };
            let recurrence = declared.recurrence();
            let same = stored.iter().position(|stored| {
                stored.handler == handler.name && stored.recurrence.as_ref() == Some(&recurrence)
            });
            match same {
                Some(same) => drop(stored.swap_remove(same)),
                None => insert(instance, handler.name, &recurrence)?,
            }
        }
        stored.iter().try_for_each(|gone| {
            instance
                .alarms()?
                .run("DELETE FROM _actors_alarms WHERE id = ?", (gone.id,))
                .map(drop)
        })
    })
}

/// The same for code that declares none.
pub(crate) fn forget_declared(instance: &Instance) -> Result<()> {
    change(instance, |instance| {
        let statement = "DELETE FROM _actors_alarms WHERE declared = 1";
        instance.alarms()?.run(statement, ()).map(drop)
    })
}

fn insert(instance: &Instance, handler: &str, recurrence: &Recurrence) -> Result<()> {
    let first = recurrence.first_after(instance.now())?;
    let (every, cron, zone) = recurrence.columns();
    instance
        .alarms()?
        .run(
            "INSERT INTO _actors_alarms \
             (handler, payload, due, planned, every, cron, zone, declared) \
             VALUES (?1, 'null', ?2, ?2, ?3, ?4, ?5, 1)",
            (handler, first, every, cron, zone),
        )
        .map(drop)
}

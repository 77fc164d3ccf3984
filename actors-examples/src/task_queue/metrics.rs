//! What happened when: numbers over time, a row for every ten seconds.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

use super::TaskQueue;

/// What happened in ten seconds.
#[sql_table(name = "slices")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// When they began.
    #[sql(primary_key)]
    pub at: Timestamp,
    /// How many tasks were added.
    pub added: u64,
    /// How many were done.
    pub done: u64,
    /// How many attempts failed.
    pub failed: u64,
    /// How many tasks died.
    pub died: u64,
}

/// How long a slice of the metrics is, and for how long they are kept.
const SLICE: Duration = seconds(10);
pub(super) const METRICS: Duration = days(1);

/// Adds to the numbers of these ten seconds.
pub(super) fn count(ctx: &Ctx<TaskQueue>, what: impl FnOnce(&mut Slice)) -> Result<()> {
    let slice = SLICE.as_millis() as i64;
    let at = Timestamp::from_millis(ctx.now().as_millis() / slice * slice);
    let mut more = Slice::default();
    what(&mut more);
    let Slice {
        added,
        done,
        failed,
        died,
        ..
    } = more;
    sql!(Slice => "INSERT INTO slices (at, added, done, failed, died)
                   VALUES ({at}, {added}, {done}, {failed}, {died})
                   ON CONFLICT (at) DO UPDATE SET added = added + excluded.added,
                   done = done + excluded.done, failed = failed + excluded.failed,
                   died = died + excluded.died")
    .run(ctx)?;
    Ok(())
}

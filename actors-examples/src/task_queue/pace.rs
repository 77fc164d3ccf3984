//! How fast the tasks of a topic may go.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

use super::TaskQueue;

/// How often tasks of a topic may be claimed.
#[sql_table(name = "paces")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// The topic.
    #[sql(primary_key)]
    pub topic: String,
    /// How many milliseconds there are from one claim to the next.
    pub interval: u64,
    /// When the next one may come.
    pub free_at: Timestamp,
}

impl Pace {
    /// So many in a minute, evenly over its time.
    pub(super) fn new(topic: String, per_minute: u32, now: Timestamp) -> Result<Self> {
        let interval = 60_000_u64.checked_div(per_minute.into());
        Ok(Self {
            topic,
            interval: interval
                .ok_or_else(|| Error::invalid("a topic has at least one task a minute"))?,
            free_at: now,
        })
    }
}

/// Takes a topic's turn, and returns when the next one is, if the topic has a pace.
pub(super) fn take_turn(ctx: &Ctx<TaskQueue>, topic: &str) -> Result<Option<Timestamp>> {
    let now = ctx.now();
    let free_at = sql!(Pace => "UPDATE paces SET free_at = {now} + interval WHERE topic = {topic}
                                RETURNING free_at");
    free_at.optional(ctx)
}

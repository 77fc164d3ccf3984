//! How many containers run: at most so many, wherever their actors are.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

/// A place that is taken.
#[sql_table(name = "pool_places")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The instance that has it.
    #[sql(primary_key)]
    pub name: String,
    /// The number of its run.
    pub run: u64,
    /// When it is free again, unless it is kept: an instance that is lost loses its place, too.
    pub until: Timestamp,
}

/// The places of one pool.
#[actor(tables(Place))]
pub struct Pool {}

#[actor]
impl Pool {
    /// Takes one of so many places, unless others have all of them; who has one keeps it.
    pub fn enter(&mut self, ctx: &Ctx<Self>, place: Place, places: u64) -> Result<bool> {
        let (now, name) = (ctx.now(), place.name.clone());
        sql!(Place => "DELETE FROM pool_places WHERE until <= {now}").run(ctx)?;
        let others = sql!(Place => "SELECT name FROM pool_places WHERE name <> {name}").all(ctx)?;
        if others.len() as u64 >= places {
            return Ok(false);
        }
        place.upsert(ctx)?;
        Ok(true)
    }

    /// Gives the place of a run back. That of a later one stays: what was sent first may come last.
    pub fn leave(&mut self, ctx: &Ctx<Self>, name: String, run: u64) -> Result<()> {
        sql!(Place => "DELETE FROM pool_places WHERE name = {name} AND run <= {run}").run(ctx)?;
        Ok(())
    }

    /// Who has a place.
    pub fn places(&self, ctx: &Ctx<Self>) -> Result<Vec<Place>> {
        let now = ctx.now();
        sql!(Place => "SELECT * FROM pool_places WHERE until > {now} ORDER BY name").all(ctx)
    }
}

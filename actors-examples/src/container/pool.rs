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
    /// When it is free again, unless it is kept: an instance that is lost loses its place, too.
    pub until: Timestamp,
}

/// The places of one pool.
#[actor(tables(Place))]
pub struct Pool {}

#[actor]
impl Pool {
    /// Takes one of so many places for that long; who has one keeps it.
    pub fn enter(
        &mut self,
        ctx: &Ctx<Self>,
        name: String,
        places: u64,
        lease: Duration,
    ) -> Result<()> {
        let now = ctx.now();
        sql!(Place => "DELETE FROM pool_places WHERE until <= {now}").run(ctx)?;
        let others = sql!(Place => "SELECT name FROM pool_places WHERE name <> {name}").all(ctx)?;
        if others.len() as u64 >= places {
            let message = format!("{places} containers run, and no more are allowed: try later");
            return Err(Error::new(ErrorKind::Overloaded, message));
        }
        let until = now + lease;
        Place { name, until }.upsert(ctx)
    }

    /// Gives a place back.
    pub fn leave(&mut self, ctx: &Ctx<Self>, name: String) -> Result<()> {
        sql!(Place => "DELETE FROM pool_places WHERE name = {name}").run(ctx)?;
        Ok(())
    }

    /// Who has a place.
    pub fn places(&self, ctx: &Ctx<Self>) -> Result<Vec<Place>> {
        let now = ctx.now();
        sql!(Place => "SELECT name, until FROM pool_places WHERE until > {now} ORDER BY name")
            .all(ctx)
    }
}

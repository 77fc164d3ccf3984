//! The work as an actor does it.

use actors_core::prelude::*;

#[sql_table(name = "readings")]
pub struct Reading {
    #[sql(primary_key)]
    id: u32,
    at: Timestamp,
    sensor: String,
    value: f64,
    note: Option<String>,
}

#[actor(tables(Reading))]
pub struct Readings {}

#[actor]
impl Readings {
    /// So many rows, one insert each.
    pub fn fill(&mut self, ctx: &Ctx<Self>, count: u32) -> Result<()> {
        sql!(Reading => "DELETE FROM readings").run(ctx)?;
        for id in 0..count {
            let sensor = format!("sensor {}", id % 10);
            let note = (id % 2 == 0).then(|| format!("note {id}"));
            let value = f64::from(id) / 3.0;
            sql!(Reading => "INSERT INTO readings (id, at, sensor, value, note)
                             VALUES ({id}, {at = ctx.now()}, {sensor}, {value}, {note})")
            .run(ctx)?;
        }
        Ok(())
    }

    pub fn all(&self, ctx: &Ctx<Self>) -> Result<f64> {
        let rows = sql!(Reading => "SELECT * FROM readings").all(ctx)?;
        Ok(rows.iter().map(sum).sum())
    }

    pub fn each(&self, ctx: &Ctx<Self>) -> Result<f64> {
        let mut total = 0.0;
        sql!(Reading => "SELECT * FROM readings").for_each(ctx, |row| {
            total += sum(&row);
            Ok(())
        })?;
        Ok(total)
    }

    /// So many statements with one row each.
    pub fn singles(&self, ctx: &Ctx<Self>, count: u32) -> Result<f64> {
        let mut total = 0.0;
        for id in 0..count {
            let row = sql!(Reading => "SELECT * FROM readings WHERE id = {id}").one(ctx)?;
            total += sum(&row);
        }
        Ok(total)
    }
}

fn sum(row: &Reading) -> f64 {
    let texts = row.sensor.len() + row.note.as_ref().map_or(0, String::len);
    f64::from(row.id) + row.value + texts as f64
}

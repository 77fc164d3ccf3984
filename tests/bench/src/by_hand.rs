//! The work with the `worker` crate alone, as its documentation shows it.

use serde::Deserialize;
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, durable_object};

#[derive(Deserialize)]
struct Reading {
    id: u32,
    #[allow(dead_code)]
    at: f64,
    sensor: String,
    value: f64,
    note: Option<String>,
}

#[durable_object(fetch)]
pub struct ByHand {
    sql: SqlStorage,
}

impl DurableObject for ByHand {
    fn new(state: State, _: Env) -> Self {
        let sql = state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS readings (id INTEGER NOT NULL PRIMARY KEY,
             at INTEGER NOT NULL, sensor TEXT NOT NULL, value REAL NOT NULL, note TEXT) STRICT",
            None,
        )
        .expect("the table is right");
        Self { sql }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let url = request.url()?;
        let count = url.query().and_then(|count| count.parse().ok());
        let total = match url.path() {
            "/fill" => self.fill(count.unwrap_or_default())?,
            "/all" => self.all()?,
            "/each" => self.each()?,
            _ => self.singles(count.unwrap_or_default())?,
        };
        Response::ok(total.to_string())
    }
}

impl ByHand {
    fn fill(&self, count: u32) -> Result<f64> {
        self.sql.exec("DELETE FROM readings", None)?;
        for id in 0..count {
            let sensor = format!("sensor {}", id % 10);
            let note = (id % 2 == 0).then(|| format!("note {id}"));
            let values = vec![
                f64::from(id).into(),
                (worker::Date::now().as_millis() as f64).into(),
                sensor.into(),
                (f64::from(id) / 3.0).into(),
                note.into(),
            ];
            self.sql.exec(
                "INSERT INTO readings (id, at, sensor, value, note) VALUES (?, ?, ?, ?, ?)",
                values,
            )?;
        }
        Ok(0.0)
    }

    fn all(&self) -> Result<f64> {
        let rows = self.sql.exec("SELECT * FROM readings", None)?;
        Ok(rows.to_array::<Reading>()?.iter().map(sum).sum())
    }

    fn each(&self) -> Result<f64> {
        let rows = self.sql.exec("SELECT * FROM readings", None)?;
        let mut total = 0.0;
        for row in rows.next::<Reading>() {
            total += sum(&row?);
        }
        Ok(total)
    }

    fn singles(&self, count: u32) -> Result<f64> {
        let mut total = 0.0;
        for id in 0..count {
            let values = vec![f64::from(id).into()];
            let rows = self
                .sql
                .exec("SELECT * FROM readings WHERE id = ?", values)?;
            total += sum(&rows.one::<Reading>()?);
        }
        Ok(total)
    }
}

fn sum(row: &Reading) -> f64 {
    let texts = row.sensor.len() + row.note.as_ref().map_or(0, String::len);
    f64::from(row.id) + row.value + texts as f64
}

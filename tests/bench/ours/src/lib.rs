//! The program as an actor.

#![allow(
    missing_docs,
    reason = "`tests/bench/RESULTS.md` says what is measured"
)]

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

const ROWS: u32 = 1000;

#[sql_table(name = "readings")]
#[derive(Serialize, Deserialize)]
pub struct Reading {
    #[sql(primary_key)]
    id: u32,
    sensor: String,
    value: f64,
    note: Option<String>,
}

#[sql_table(name = "words")]
#[derive(Deserialize)]
pub struct Word {
    #[sql(primary_key)]
    word: String,
    count: u32,
}

#[derive(Serialize, Deserialize)]
pub struct Item {
    id: u32,
    name: String,
    text: String,
    price: f64,
}

/// So many alarms, all due at one time.
#[derive(Deserialize)]
struct Load {
    count: u32,
    due: i64,
}

/// What a socket carries.
#[derive(Serialize, Deserialize)]
pub struct Member {
    name: String,
}

/// What sockets are told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Told<'a> {
    Said { who: &'a str, text: String },
}

#[actor(tables(Reading, Word), sockets(path = "/ws"))]
pub struct Bench {
    #[persist]
    runs: u32,
}

#[actor]
impl Bench {
    #[on_request]
    fn answer(&mut self, ctx: &Ctx<Self>, request: Request<Bytes>) -> Result<Response> {
        let body = request.body();
        match request.uri().path().split('/').nth(3).unwrap_or_default() {
            "empty" => json_response(204, &()),
            "upsert" => {
                serde_json::from_slice::<Word>(body)?.upsert(ctx)?;
                json_response(204, &())
            }
            "insert" => {
                insert(ctx)?;
                json_response(204, &())
            }
            "batch" => {
                insert_as_a_batch(ctx)?;
                json_response(204, &())
            }
            "sum" => json_response(200, &sum_all(ctx)?),
            "singles" => json_response(200, &sum_singles(ctx)?),
            "echo" => json_response(200, &serde_json::from_slice::<Vec<Item>>(body)?),
            "schedule" => {
                let Load { count, due } = serde_json::from_slice(body)?;
                for number in 0..count {
                    ctx.alarms().at(Timestamp::from_millis(due)).tick(number)?;
                }
                json_response(204, &())
            }
            "runs" => json_response(200, &self.runs),
            _ => Err(Error::not_found("not found")),
        }
    }

    pub fn empty(&self) {}

    pub fn upsert(&mut self, ctx: &Ctx<Self>, word: String, count: u32) -> Result<()> {
        Word { word, count }.upsert(ctx)
    }

    pub fn row(&self, ctx: &Ctx<Self>, id: u32) -> Result<Option<Reading>> {
        Reading::get(ctx, id)
    }

    pub fn objects(&self, items: Vec<Item>) -> Vec<Item> {
        items
    }

    #[alarm]
    fn tick(&mut self, _number: u32) {
        self.runs += 1;
    }

    #[on_connect]
    fn admit(&self, request: &Request) -> Result<Admission<Member>> {
        let query = request.uri().query().unwrap_or_default();
        let name = query.strip_prefix("name=");
        let name = name.ok_or_else(|| Error::invalid("a name is needed"))?;
        Ok(Admission::new(Member {
            name: name.to_owned(),
        }))
    }

    #[on_message]
    fn echo(&self, from: &Socket<Member>, text: String) -> Result<()> {
        let who = &from.data().name;
        from.send(&Told::Said { who, text })
    }

    #[on_message]
    fn say(&self, ctx: &Ctx<Self>, from: &Socket<Member>, text: String) -> Result<()> {
        let who = &from.data().name;
        ctx.sockets().send(&Told::Said { who, text }).map(drop)
    }
}

fn insert(ctx: &Ctx<Bench>) -> Result<()> {
    sql!(Reading => "DELETE FROM readings").run(ctx)?;
    for id in 0..ROWS {
        reading(id).insert(ctx)?;
    }
    Ok(())
}

fn insert_as_a_batch(ctx: &Ctx<Bench>) -> Result<()> {
    sql!(Reading => "DELETE FROM readings").run(ctx)?;
    Reading::insert_all(ctx, (0..ROWS).map(reading))
}

fn reading(id: u32) -> Reading {
    Reading {
        id,
        sensor: format!("sensor {}", id % 10),
        value: f64::from(id) / 4.0,
        note: id.is_multiple_of(2).then(|| format!("note {id}")),
    }
}

fn sum_all(ctx: &Ctx<Bench>) -> Result<f64> {
    let mut total = 0.0;
    sql!(Reading => "SELECT * FROM readings").for_each(ctx, |row| {
        total += sum(&row);
        Ok(())
    })?;
    Ok(total)
}

fn sum_singles(ctx: &Ctx<Bench>) -> Result<f64> {
    let mut total = 0.0;
    for id in 0..ROWS {
        let row = Reading::get(ctx, id)?.ok_or_else(|| Error::not_found("no such row"))?;
        total += sum(&row);
    }
    Ok(total)
}

fn sum(row: &Reading) -> f64 {
    let texts = row.sensor.len() + row.note.as_ref().map_or(0, String::len);
    f64::from(row.id) + row.value + texts as f64
}

actors_core::entry!("/objects/{name}/{*what}" => Bench);

//! As the crate's documentation shows it.

use serde::{Deserialize, Serialize};
use worker::{
    Context, Date, DurableObject, Env, Request, Response, Result, ScheduledTime, SqlStorage, State,
    WebSocket, WebSocketIncomingMessage, WebSocketPair, durable_object, event, js_sys,
};

const ROWS: u32 = 1000;
const BATCH: i32 = 1000;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS readings (id INTEGER NOT NULL PRIMARY KEY, sensor TEXT NOT NULL,
        value REAL NOT NULL, note TEXT) STRICT;
    CREATE TABLE IF NOT EXISTS words (word TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, due INTEGER NOT NULL,
        method TEXT NOT NULL, payload TEXT NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS jobs_by_due ON jobs (due);
    CREATE TABLE IF NOT EXISTS counter (id INTEGER NOT NULL PRIMARY KEY, runs INTEGER NOT NULL) STRICT;
";

#[derive(Deserialize)]
struct Reading {
    id: u32,
    sensor: String,
    value: f64,
    note: Option<String>,
}

#[derive(Deserialize)]
struct Word {
    word: String,
    count: u32,
}

#[derive(Serialize, Deserialize)]
struct Item {
    id: u32,
    name: String,
    text: String,
    price: f64,
}

/// So many alarms, all due at one time.
#[derive(Deserialize)]
struct Load {
    count: u32,
    due: f64,
}

#[derive(Deserialize)]
struct Job {
    id: f64,
    method: String,
    payload: String,
}

#[derive(Deserialize)]
struct Next {
    due: f64,
}

#[derive(Deserialize)]
struct Counter {
    runs: u32,
}

/// What a socket carries.
#[derive(Serialize, Deserialize)]
struct Member {
    name: String,
}

/// What a socket says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Order {
    Echo { text: String },
    Say { text: String },
}

/// What sockets are told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Told<'a> {
    Said { who: &'a str, text: String },
}

#[durable_object]
struct Bench {
    state: State,
    sql: SqlStorage,
}

impl DurableObject for Bench {
    fn new(state: State, _: Env) -> Self {
        let sql = state.storage().sql();
        sql.exec(TABLES, None).expect("the tables are right");
        Self { state, sql }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        match request.path().split('/').nth(3).unwrap_or_default() {
            "empty" => no_content(),
            "upsert" => {
                let Word { word, count } = request.json().await?;
                let upsert = "INSERT INTO words (word, count) VALUES (?, ?)
                              ON CONFLICT (word) DO UPDATE SET count = excluded.count";
                self.sql
                    .exec(upsert, vec![word.into(), i64::from(count).into()])?;
                no_content()
            }
            "insert" => {
                self.insert()?;
                no_content()
            }
            "sum" => Response::from_json(&self.sum()?),
            "singles" => Response::from_json(&self.singles()?),
            "echo" => Response::from_json(&request.json::<Vec<Item>>().await?),
            "schedule" => {
                self.schedule(request.json().await?).await?;
                no_content()
            }
            "runs" => Response::from_json(&self.runs()?),
            "ws" => self.accept(&request),
            _ => Response::error("not found", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let due = "SELECT id, method, payload FROM jobs WHERE due <= ? ORDER BY due LIMIT ?";
        let now = i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX);
        let due = self.sql.exec(due, vec![now.into(), BATCH.into()])?;
        for job in due.to_array::<Job>()? {
            if job.method == "tick" {
                self.tick(serde_json::from_str(&job.payload)?)?;
            }
            self.sql
                .exec("DELETE FROM jobs WHERE id = ?", vec![job.id.into()])?;
        }
        let next = "SELECT due FROM jobs ORDER BY due LIMIT 1";
        if let Some(next) = self.sql.exec(next, None)?.to_array::<Next>()?.first() {
            self.state.storage().set_alarm(at(next.due)).await?;
        }
        Response::empty()
    }

    async fn websocket_message(
        &self,
        from: WebSocket,
        message: WebSocketIncomingMessage,
    ) -> Result<()> {
        let WebSocketIncomingMessage::String(message) = message else {
            return Ok(());
        };
        let member = from.deserialize_attachment::<Member>()?;
        let who = &member.ok_or("the socket carries nothing")?.name;
        match serde_json::from_str(&message)? {
            Order::Echo { text } => from.send(&Told::Said { who, text }),
            Order::Say { text } => {
                let said = serde_json::to_string(&Told::Said { who, text })?;
                for socket in self.state.get_websockets() {
                    // One that is closing is no matter of the others.
                    let _ = socket.send_with_str(&said);
                }
                Ok(())
            }
        }
    }

    async fn websocket_close(&self, _: WebSocket, _: usize, _: String, _: bool) -> Result<()> {
        Ok(())
    }

    async fn websocket_error(&self, _: WebSocket, _: worker::Error) -> Result<()> {
        Ok(())
    }
}

impl Bench {
    fn insert(&self) -> Result<()> {
        self.sql.exec("DELETE FROM readings", None)?;
        let insert = "INSERT INTO readings (id, sensor, value, note) VALUES (?, ?, ?, ?)";
        for id in 0..ROWS {
            let note = (id % 2 == 0).then(|| format!("note {id}"));
            let values = vec![
                i64::from(id).into(),
                format!("sensor {}", id % 10).into(),
                (f64::from(id) / 4.0).into(),
                note.into(),
            ];
            self.sql.exec(insert, values)?;
        }
        Ok(())
    }

    fn sum(&self) -> Result<f64> {
        let rows = self.sql.exec("SELECT * FROM readings", None)?;
        Ok(rows.to_array::<Reading>()?.iter().map(sum).sum())
    }

    fn singles(&self) -> Result<f64> {
        let mut total = 0.0;
        for id in 0..ROWS {
            let select = "SELECT * FROM readings WHERE id = ?";
            let rows = self.sql.exec(select, vec![i64::from(id).into()])?;
            total += sum(&rows.one()?);
        }
        Ok(total)
    }

    async fn schedule(&self, Load { count, due }: Load) -> Result<()> {
        let insert = "INSERT INTO jobs (due, method, payload) VALUES (?, ?, ?)";
        for number in 0..count {
            let payload = serde_json::to_string(&number)?;
            self.sql
                .exec(insert, vec![due.into(), "tick".into(), payload.into()])?;
        }
        let storage = self.state.storage();
        let armed = storage.get_alarm().await?;
        if armed.is_none_or(|armed| due < armed as f64) {
            storage.set_alarm(at(due)).await?;
        }
        Ok(())
    }

    fn tick(&self, _number: u32) -> Result<()> {
        let count = "INSERT INTO counter (id, runs) VALUES (0, 1)
                     ON CONFLICT (id) DO UPDATE SET runs = runs + 1";
        self.sql.exec(count, None)?;
        Ok(())
    }

    fn runs(&self) -> Result<u32> {
        let counter = self.sql.exec("SELECT runs FROM counter", None)?;
        let counter = counter.to_array::<Counter>()?;
        Ok(counter.first().map_or(0, |counter| counter.runs))
    }

    fn accept(&self, request: &Request) -> Result<Response> {
        let upgrade = request.headers().get("upgrade")?;
        if !upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket")) {
            return Response::error("this path is for web sockets", 426);
        }
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        self.state.accept_web_socket(&server);
        server.serialize_attachment(request.query::<Member>()?)?;
        Response::from_websocket(client)
    }
}

fn no_content() -> Result<Response> {
    Ok(Response::empty()?.with_status(204))
}

fn at(millis: f64) -> ScheduledTime {
    ScheduledTime::new(js_sys::Date::new(&millis.into()))
}

fn sum(row: &Reading) -> f64 {
    let texts = row.sensor.len() + row.note.as_ref().map_or(0, String::len);
    f64::from(row.id) + row.value + texts as f64
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> Result<Response> {
    let path = request.path();
    let name = path.split('/').nth(2).unwrap_or_default();
    let object = env.durable_object("BENCH")?.get_by_name(name)?;
    object.fetch_with_request(request).await
}

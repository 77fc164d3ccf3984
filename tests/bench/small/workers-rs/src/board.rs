//! Tasks and who does them.

use serde::{Deserialize, Deserializer, Serialize};
use worker::{
    Context, DurableObject, Env, Method, Request, Response, Result, SqlStorage, State,
    durable_object, event,
};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS tasks (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL,
        person TEXT, done INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS people (name TEXT NOT NULL PRIMARY KEY, tasks INTEGER NOT NULL) STRICT;
";

#[derive(Serialize, Deserialize)]
struct Task {
    id: u32,
    text: String,
    person: Option<String>,
    #[serde(deserialize_with = "flag")]
    done: bool,
}

/// SQLite has no booleans.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(u32::deserialize(deserializer)? != 0)
}

#[derive(Deserialize)]
struct Person {
    tasks: u32,
}

#[derive(Deserialize)]
struct Id {
    id: u32,
}

#[derive(Deserialize)]
struct Assignment {
    id: u32,
    person: String,
}

#[durable_object(fetch)]
struct Board {
    sql: SqlStorage,
}

impl DurableObject for Board {
    fn new(state: State, _: Env) -> Self {
        let sql = state.storage().sql();
        sql.exec(TABLES, None).expect("the tables are right");
        Self { sql }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let path = request.path();
        match (request.method(), path.split('/').nth(3)) {
            (Method::Get, None) => Response::from_json(&self.tasks()?),
            (Method::Post, None) => {
                let id = self.add(request.text().await?)?;
                Ok(Response::from_json(&id)?.with_status(201))
            }
            (Method::Post, Some("assign")) => {
                let Assignment { id, person } = request.json().await?;
                Response::from_json(&self.assign(id, &person)?)
            }
            _ => Response::error("GET or POST", 405),
        }
    }
}

impl Board {
    fn add(&self, text: String) -> Result<u32> {
        let id = "SELECT COALESCE(MAX(id), 0) + 1 AS id FROM tasks";
        let Id { id } = self.sql.exec(id, None)?.one()?;
        let insert = "INSERT INTO tasks (id, text, person, done) VALUES (?, ?, NULL, 0)";
        self.sql
            .exec(insert, vec![i64::from(id).into(), text.into()])?;
        Ok(id)
    }

    fn assign(&self, id: u32, person: &str) -> Result<u32> {
        let update = "UPDATE tasks SET person = ? WHERE id = ?";
        self.sql
            .exec(update, vec![person.into(), i64::from(id).into()])?;
        let tasks = "SELECT tasks FROM people WHERE name = ?";
        let tasks = self.sql.exec(tasks, vec![person.into()])?;
        let tasks = tasks.to_array::<Person>()?.first().map_or(0, |p| p.tasks) + 1;
        let upsert = "INSERT INTO people (name, tasks) VALUES (?, ?)
                      ON CONFLICT (name) DO UPDATE SET tasks = excluded.tasks";
        self.sql
            .exec(upsert, vec![person.into(), i64::from(tasks).into()])?;
        Ok(tasks)
    }

    fn tasks(&self) -> Result<Vec<Task>> {
        let tasks = self.sql.exec("SELECT * FROM tasks ORDER BY id", None)?;
        tasks.to_array()
    }
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> Result<Response> {
    let path = request.path();
    let name = path.split('/').nth(2).unwrap_or_default();
    let object = env.durable_object("BOARD")?.get_by_name(name)?;
    object.fetch_with_request(request).await
}

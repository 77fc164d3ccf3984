//! A small actor: tasks and who does them, by HTTP and by RPC.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

/// Something to do.
#[sql_table(name = "tasks")]
#[derive(Serialize, Deserialize)]
pub struct Task {
    #[sql(primary_key)]
    id: u32,
    text: String,
    person: Option<String>,
    done: bool,
}

/// Who does it.
#[sql_table(name = "people")]
pub struct Person {
    #[sql(primary_key)]
    name: String,
    tasks: u32,
}

/// Tasks, and who does them.
#[actor(tables(Task, Person))]
pub struct Board {}

#[actor]
impl Board {
    #[on_request]
    fn answer(&mut self, ctx: &Ctx<Self>, request: Request<String>) -> Result<Response> {
        match request.method().as_str() {
            "GET" => json_response(200, &self.tasks(ctx)?),
            "POST" => json_response(201, &self.add(ctx, request.into_body())?),
            _ => json_response(405, &"GET or POST"),
        }
    }

    /// A new task, which is answered with its id.
    pub fn add(&mut self, ctx: &Ctx<Self>, text: String) -> Result<u32> {
        let id = sql!(Task => "SELECT COALESCE(MAX(id), 0) + 1 AS id: u32 FROM tasks").one(ctx)?;
        let (person, done) = (None, false);
        Task {
            id,
            text,
            person,
            done,
        }
        .insert(ctx)?;
        Ok(id)
    }

    /// Gives a task to somebody, and answers how many that one has now.
    pub fn assign(&mut self, ctx: &Ctx<Self>, id: u32, person: String) -> Result<u32> {
        sql!(Task => "UPDATE tasks SET person = {person} WHERE id = {id}").run(ctx)?;
        let tasks = Person::get(ctx, &person)?.map_or(0, |person| person.tasks) + 1;
        let name = person;
        Person { name, tasks }.upsert(ctx)?;
        Ok(tasks)
    }

    /// All tasks.
    pub fn tasks(&self, ctx: &Ctx<Self>) -> Result<Vec<Task>> {
        sql!(Task => "SELECT * FROM tasks ORDER BY id").all(ctx)
    }
}

actors_core::entry!("/boards/{name}" => Board);

//! Notes over HTTP, with an `axum::Router` inside an actor.
//!
//! ```sh
//! curl localhost:8787/notebooks/ann/notes --json '{"text": "buy milk", "keep_for": 3600}'
//! curl localhost:8787/notebooks/ann/notes
//! curl -X POST localhost:8787/notebooks/ann/notes/1/send/bob
//! curl -X DELETE localhost:8787/notebooks/ann/notes/1
//! ```

use actors_core::prelude::*;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tower_service::Service as _;

/// A note.
#[sql_table(name = "notes")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Ascending, in the order in which notes were added.
    #[sql(primary_key, auto)]
    pub id: u64,
    /// The text.
    pub text: String,
    /// When it was added.
    pub at: Timestamp,
}

/// A note to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// After how many seconds to delete it, if ever.
    pub keep_for: Option<u32>,
}

/// The longest note, in bytes.
const TEXT: usize = 10_000;

/// A notebook, for anyone who knows its name.
#[actor(tables(Note))]
pub struct Notebook {}

#[actor]
impl Notebook {
    #[on_request]
    async fn answer(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
        let Ok(response) = router(ctx.handle()).call(request).await;
        Ok(response.map(Body::new))
    }

    /// Returns all notes, the oldest first.
    pub fn list(&self, ctx: &Ctx<Self>) -> Result<Vec<Note>> {
        sql!(Note => "SELECT id, text, at FROM notes ORDER BY id").all(ctx)
    }

    /// Adds a note.
    pub fn add(&self, ctx: &Ctx<Self>, draft: Draft) -> Result<Note> {
        if draft.text.is_empty() || draft.text.len() > TEXT {
            return Err(Error::invalid(format!("a note has 1 to {TEXT} bytes")));
        }
        let mut note = Note {
            id: 0, // the next one
            text: draft.text,
            at: ctx.now(),
        };
        note.id = note.insert(ctx)?;
        if let Some(keep_for) = draft.keep_for {
            let end = ctx.alarms().after(seconds(keep_for.into()));
            end.forget(note.id)?;
        }
        Ok(note)
    }

    /// Returns the note with that id.
    pub fn note(&self, ctx: &Ctx<Self>, id: u64) -> Result<Note> {
        Note::get(ctx, id)?.ok_or_else(|| Error::not_found(format!("there is no note {id}")))
    }

    /// Removes a note.
    pub fn remove(&self, ctx: &Ctx<Self>, id: u64) -> Result<()> {
        let note = self.note(ctx, id)?;
        Note::delete(ctx, note.id).map(drop)
    }

    /// Copies a note to another notebook.
    pub async fn send(&self, ctx: &Ctx<Self>, id: u64, to: String) -> Result<Note> {
        let draft = Draft {
            text: self.note(ctx, id)?.text,
            keep_for: None,
        };
        Notebook::get(ctx.env(), &to)?.add(draft).await
    }

    #[alarm]
    fn forget(&mut self, ctx: &Ctx<Self>, id: u64) -> Result<()> {
        Note::delete(ctx, id).map(drop)
    }
}

fn router(book: Handle<Notebook>) -> Router {
    Router::new()
        .route("/notebooks/{book}/notes", get(list).post(add))
        .route("/notebooks/{book}/notes/{id}", get(read).delete(remove))
        .route("/notebooks/{book}/notes/{id}/send/{to}", post(send))
        .with_state(book)
}

/// The error of a handler: the response to send.
type Answer<T> = Result<T, Response>;

async fn list(State(book): State<Handle<Notebook>>) -> Answer<Json<Vec<Note>>> {
    Ok(Json(book.with(|book, ctx| book.list(ctx))?))
}

async fn add(
    State(book): State<Handle<Notebook>>,
    Json(draft): Json<Draft>,
) -> Answer<(StatusCode, Json<Note>)> {
    let note = book.with(|book, ctx| book.add(ctx, draft))?;
    Ok((StatusCode::CREATED, Json(note)))
}

async fn read(
    State(book): State<Handle<Notebook>>,
    Path((_, id)): Path<(String, u64)>,
) -> Answer<Json<Note>> {
    Ok(Json(book.with(|book, ctx| book.note(ctx, id))?))
}

async fn remove(
    State(book): State<Handle<Notebook>>,
    Path((_, id)): Path<(String, u64)>,
) -> Answer<StatusCode> {
    book.with(|book, ctx| book.remove(ctx, id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn send(
    State(book): State<Handle<Notebook>>,
    Path((_, id, to)): Path<(String, u64, String)>,
) -> Answer<Json<Note>> {
    let note = book.with_async(async |book, ctx| book.send(ctx, id, to).await);
    Ok(Json(note.await?))
}

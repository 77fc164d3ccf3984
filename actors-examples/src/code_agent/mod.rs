//! An agent that writes code: it plans, generates, reviews and deploys, and its model's words are
//! seen by all who watch.
//!
//! The page is at `/agent`. Over HTTP:
//!
//! ```sh
//! curl localhost:8787/agents/demo -d 'A page that counts clicks' # begins a conversation, 1
//! curl -N localhost:8787/agents/demo/1/events                    # what happens, from its beginning
//! curl localhost:8787/agents/demo/1/say -d 'Add a readme.md'     # also in the middle
//! curl -X POST localhost:8787/agents/demo/1/rollback/1           # version 1 again, once it is at rest
//! curl localhost:8787/agents/demo/1/versions/1
//! ```
//!
//! A conversation is at rest, or a durable task is at work on it. Whatever happens to the process,
//! the task goes on: what the model has answered is in its journal, and is not asked again. Without
//! `MODEL_URL` the model is a scripted one.

mod deployment;
mod http_api;
mod model;

use std::collections::BTreeMap;

use actors_core::prelude::*;
use actors_core::tasks::TaskId;
use axum::extract::Query;
use serde::{Deserialize, Serialize};

pub use deployment::{Deployed, Deployment};
pub use model::{Model, Prompt, Question};

/// A conversation.
#[sql_table(name = "conversations", index(longest_at_rest(changed)))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its number.
    #[sql(primary_key, auto)]
    pub id: u64,
    /// What it began with.
    pub title: String,
    /// What is being done.
    pub phase: Phase,
    /// The task that does it, or has done it.
    #[sql(json)]
    pub task: Option<TaskId>,
    /// The last line that was read before a plan was made.
    pub heard: u64,
    /// The version that is deployed.
    pub live: Option<u32>,
    /// Why it has failed.
    pub error: Option<String>,
    /// When it last entered a phase.
    pub changed: Timestamp,
}

/// What is being done in a conversation, or was done last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlValue, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Which files are to be written?
    Plan,
    /// They are written, one by one.
    Generate,
    /// Are they as they should be?
    Review,
    /// They are a version, which replaces the one that is deployed.
    Deploy,
    /// It is deployed.
    Done,
    /// The user did not want it any more.
    Cancelled,
    /// It could not be done.
    Failed,
}

impl Phase {
    fn is_at_rest(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }

    /// The state machine. What the user says in the middle leads back to the plan.
    fn leads_to(self, next: Self) -> bool {
        use Phase::*;
        match next {
            Plan => self != Deploy,
            Generate => matches!(self, Plan | Review),
            Review => self == Generate,
            Deploy => self == Review || self.is_at_rest(),
            Done => self == Deploy,
            Cancelled | Failed => !self.is_at_rest(),
        }
    }
}

/// What somebody has said.
#[sql_table(name = "lines", index(lines_of(conversation, id)))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Ascending, in the order in which lines were said.
    #[sql(primary_key, auto)]
    pub id: u64,
    /// In which conversation.
    pub conversation: u64,
    /// Who has said it.
    pub who: Who,
    /// What was said.
    pub text: String,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SqlValue, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The user.
    User,
    /// The model.
    Model,
}

/// A file of a version. A version is complete: it has all of its files, and never changes.
#[sql_table(name = "files", unique(file_of(conversation, version, path)))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    #[sql(primary_key, auto)]
    id: u64,
    /// In which conversation.
    pub conversation: u64,
    /// In which version.
    pub version: u32,
    /// Where it is.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// The texts of files, by their paths.
pub type Files = BTreeMap<String, String>;

/// What those who watch are told: a page is what these have made of it, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// The user says something.
    Said {
        /// What.
        text: String,
    },
    /// A phase begins.
    Phase {
        /// Which.
        phase: Phase,
        /// Why it has failed.
        error: Option<String>,
    },
    /// The model is asked. If the answer before has not ended, it is void: it was cut short.
    Asked {
        /// What.
        question: Question,
    },
    /// More of the answer.
    Words {
        /// The words.
        text: String,
    },
    /// The answer has ended, and counts.
    Answered {},
    /// The answer does not count.
    Void {
        /// Why.
        error: String,
    },
    /// There is a new version.
    Version {
        /// Its number.
        version: u32,
    },
    /// A version has been deployed.
    Live {
        /// Its number.
        version: u32,
    },
}

/// What somebody wants to watch: the query of their web socket.
#[derive(Deserialize)]
struct Watched {
    conversation: u64,
}

/// All that an agent knew at its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Archive {
    /// Its conversations.
    pub conversations: Vec<Conversation>,
    /// What was said in them.
    pub lines: Vec<Line>,
    /// All versions of their files.
    pub files: Vec<File>,
}

/// The longest line of a user, in bytes.
const TEXT: usize = 8_000;

/// How many lines a model is told at most, the last ones.
const TOLD: u32 = 100;

/// How often files are reviewed before they are deployed as they are.
const REVIEWS: u32 = 3;

/// How long a conversation is kept.
const KEPT: Duration = days(30);

/// An agent, for one user or one team.
///
/// A task that is at work is a `&self` turn, beside which others run. So there is no `&mut self`
/// here, which would have to wait for it.
#[actor(
    tables(Conversation, Line, File),
    sockets(path = "/ws", ping = "ping", pong = "pong")
)]
pub struct CodeAgent {}

#[actor]
impl CodeAgent {
    /// Begins a conversation, and returns its number.
    pub fn begin(&self, ctx: &Ctx<Self>, text: String) -> Result<u64> {
        let conversation = Conversation {
            id: 0,
            title: text.chars().take(60).collect(),
            phase: Phase::Done,
            task: None,
            heard: 0,
            live: None,
            error: None,
            changed: ctx.now(),
        };
        let id = conversation.insert(ctx)?;
        self.say(ctx, id, text)?;
        Ok(id)
    }

    /// Says something. If nobody is at work this starts a task, and else the one that is at work
    /// hears of it.
    pub fn say(&self, ctx: &Ctx<Self>, id: u64, text: String) -> Result<()> {
        if text.trim().is_empty() || text.len() > TEXT {
            let wrong = format!("what you say has 1 to {TEXT} bytes");
            return Err(Error::invalid(wrong));
        }
        let conversation = find(ctx, id)?;
        let said = Event::Said { text: text.clone() };
        add_line(ctx, id, Who::User, text)?;
        told(ctx, id, &said)?;
        match conversation.phase.is_at_rest() {
            true => self.set_to_work(ctx, conversation),
            false => Ok(()),
        }
    }

    /// Has the agent stop.
    pub fn cancel(&self, ctx: &Ctx<Self>, id: u64) -> Result<()> {
        let conversation = find(ctx, id)?;
        match (conversation.phase, conversation.task) {
            (Phase::Plan | Phase::Generate | Phase::Review, Some(task)) => {
                // What was said up to here is not wanted any more; what is said from here on is.
                hear(ctx, id)?;
                ctx.tasks().cancel(task).map(drop)
            }
            _ => Err(conflict("there is nothing to cancel")),
        }
    }

    /// Deploys an earlier version. The next one will be made from that.
    pub fn roll_back(&self, ctx: &Ctx<Self>, id: u64, version: u32) -> Result<()> {
        let mut conversation = find(ctx, id)?;
        if !conversation.phase.is_at_rest() {
            return Err(conflict("the agent is at work: cancel that first"));
        }
        if files(ctx, id, version)?.is_empty() {
            return Err(Error::not_found(format!("there is no version {version}")));
        }
        conversation.task = Some(ctx.tasks().redeploy(id, version).start()?.of());
        enter(ctx, conversation, Phase::Deploy)
    }

    /// Returns all conversations, the latest first.
    pub fn conversations(&self, ctx: &Ctx<Self>) -> Result<Vec<Conversation>> {
        sql!(Conversation => "SELECT * FROM conversations ORDER BY changed DESC, id DESC").all(ctx)
    }

    /// Returns a conversation, and what was said in it.
    pub fn conversation(&self, ctx: &Ctx<Self>, id: u64) -> Result<(Conversation, Vec<Line>)> {
        let lines = sql!(Line => "SELECT * FROM lines WHERE conversation = {id} ORDER BY id");
        Ok((find(ctx, id)?, lines.all(ctx)?))
    }

    /// Returns the files of a version.
    pub fn version(&self, ctx: &Ctx<Self>, id: u64, version: u32) -> Result<Files> {
        files(ctx, id, version)
    }

    /// Ends the agent, and returns its final state. What it has deployed stays.
    pub fn close(&self, ctx: &Ctx<Self>) -> Result<Archive> {
        let archive = Archive {
            conversations: self.conversations(ctx)?,
            lines: sql!(Line => "SELECT * FROM lines ORDER BY id").all(ctx)?,
            files: sql!(File => "SELECT * FROM files ORDER BY id").all(ctx)?,
        };
        ctx.destroy()?;
        Ok(archive)
    }

    #[on_request]
    fn answer(&self, ctx: &Ctx<Self>, request: Request<String>) -> Result<Response> {
        self.over_http(ctx, &request)
    }

    /// Whoever comes, for the first time or again, gets what they have not seen.
    #[on_connect]
    fn watch(&self, ctx: &Ctx<Self>, request: &Request) -> Result<Admission<()>> {
        let watched = Query::<Watched>::try_from_uri(request.uri());
        let Query(Watched { conversation }) =
            watched.map_err(|error| Error::invalid(error.body_text()))?;
        let stream = stream_name(find(ctx, conversation)?.id);
        Ok(Admission::new(()).follow(&ctx.streams().named(&stream), Cursor::of(request)?))
    }

    /// From what was said to what is deployed.
    #[task(retry(max = 5, base = "2s", cap = "1m"))]
    async fn build(&self, ctx: &Ctx<Self>, run: &Run, id: u64) -> Result<()> {
        let work = Work { ctx, run, id };
        let result = work.build().await;
        work.end(self, result).await
    }

    #[task(retry(max = 5, base = "2s", cap = "1m"))]
    async fn redeploy(&self, ctx: &Ctx<Self>, run: &Run, id: u64, version: u32) -> Result<()> {
        let work = Work { ctx, run, id };
        let result = work.deploy(version).await;
        work.end(self, result).await
    }

    /// Forgets conversations that are long over.
    #[alarm(cron = "0 3 * * *")]
    fn clean_up(&self, ctx: &Ctx<Self>) -> Result<()> {
        let cutoff = ctx.now() - KEPT;
        let old = sql!(Conversation => "SELECT * FROM conversations WHERE changed < {cutoff}");
        let old = old.all(ctx)?.into_iter();
        for Conversation { id, .. } in old.filter(|old| old.phase.is_at_rest()) {
            sql!(Line => "DELETE FROM lines WHERE conversation = {id}").run(ctx)?;
            sql!(File => "DELETE FROM files WHERE conversation = {id}").run(ctx)?;
            ctx.streams().named(&stream_name(id)).delete()?;
            Conversation::delete(ctx, id)?;
        }
        Ok(())
    }

    fn set_to_work(&self, ctx: &Ctx<Self>, mut conversation: Conversation) -> Result<()> {
        let id = conversation.id;
        conversation.task = Some(ctx.tasks().build(id).start()?.of());
        enter(ctx, conversation, Phase::Plan)
    }
}

/// A task at work on a conversation.
struct Work<'a> {
    ctx: &'a Ctx<CodeAgent>,
    run: &'a Run,
    id: u64,
}

/// An answer of the model, and whether the user has said something since the plan was begun.
#[derive(Serialize, Deserialize)]
struct Answer {
    text: String,
    is_news: bool,
}

impl Work<'_> {
    /// Plans, generates and reviews, again if the user says something meanwhile, and deploys.
    async fn build(&self) -> Result<()> {
        let mut draft = self.run.write("base", || self.base()).await?;
        loop {
            if self.draft(&mut draft).await?
                && let Some(version) = self.run.write("keep", || self.keep(&draft)).await?
            {
                return self.deploy(version).await;
            }
        }
    }

    /// Changes the draft as the user wishes; returns false if they have said something meanwhile.
    async fn draft(&self, draft: &mut Files) -> Result<bool> {
        self.run.write("hear", || hear(self.ctx, self.id)).await?;
        self.phase(Phase::Plan).await?;
        let mut wanted = self.ask(Question::Plan, draft).await?;
        for _ in 0..REVIEWS {
            let paths = model::paths(&wanted.text);
            if wanted.is_news || paths.is_empty() {
                break;
            }
            self.phase(Phase::Generate).await?;
            for path in paths {
                let file = self.ask(Question::File(path.clone()), draft).await?;
                draft.insert(path, model::code(&file.text));
                if file.is_news {
                    return Ok(false);
                }
            }
            self.phase(Phase::Review).await?;
            wanted = self.ask(Question::Review, draft).await?;
        }
        Ok(!wanted.is_news)
    }

    /// Deploys a version. The key has that happen once, however often it is attempted.
    async fn deploy(&self, version: u32) -> Result<()> {
        let publish = self.run.step_with("deploy", async |attempt| {
            let place = format!("{}@{}", self.id, self.ctx.name().unwrap_or_default());
            let files = files(self.ctx, self.id, version)?;
            let place = Deployment::get(self.ctx.env(), &place)?;
            place.publish(attempt.key, version, files).await
        });
        publish.await?;
        let live = || {
            let mut conversation = find(self.ctx, self.id)?;
            conversation.live = Some(version);
            conversation.update(self.ctx)?;
            told(self.ctx, self.id, &Event::Live { version })
        };
        self.run.write("live", live).await
    }

    /// Asks the model, until it has answered.
    async fn ask(&self, question: Question, draft: &Files) -> Result<Answer> {
        let attempt = async || {
            let answer = self.answer(&question, draft).await;
            if let Err(error) = &answer {
                let error = error.message().to_owned();
                told(self.ctx, self.id, &Event::Void { error })?;
            }
            answer
        };
        let text = self.run.step("ask", attempt).await?;
        let answered = || {
            told(self.ctx, self.id, &Event::Answered {})?;
            if !matches!(question, Question::File(_)) {
                add_line(self.ctx, self.id, Who::Model, text.clone())?;
            }
            let is_news = is_news(self.ctx, self.id)?;
            Ok(Answer { text, is_news })
        };
        self.run.write("answered", answered).await
    }

    /// An attempt at an answer, of which all who watch see each word.
    async fn answer(&self, question: &Question, draft: &Files) -> Result<String> {
        let prompt = Prompt {
            lines: last_lines(self.ctx, self.id)?,
            files: draft.clone(),
            question: question.clone(),
        };
        let question = question.clone();
        told(self.ctx, self.id, &Event::Asked { question })?;
        let mut answer = String::new();
        let mut hear = |words: &str| {
            answer.push_str(words);
            let text = words.to_owned();
            told(self.ctx, self.id, &Event::Words { text })
        };
        model::of(self.ctx)?.answer(&prompt, &mut hear).await?;
        prompt.question.check(&answer)?;
        Ok(answer)
    }

    async fn phase(&self, phase: Phase) -> Result<()> {
        let enter = || enter(self.ctx, find(self.ctx, self.id)?, phase);
        self.run.write("phase", enter).await
    }

    /// What is changed: the files that are deployed.
    fn base(&self) -> Result<Files> {
        match find(self.ctx, self.id)?.live {
            Some(version) => files(self.ctx, self.id, version),
            None => Ok(Files::new()),
        }
    }

    /// Makes a version of the draft, all of it or nothing, unless there is news.
    fn keep(&self, draft: &Files) -> Result<Option<u32>> {
        let (ctx, conversation) = (self.ctx, self.id);
        if is_news(ctx, conversation)? {
            return Ok(None);
        }
        let last =
            sql!(File => "SELECT MAX(version) FROM files WHERE conversation = {conversation}");
        let last: Option<u32> = last.one(ctx)?;
        let version = last.unwrap_or_default() + 1;
        for (path, text) in draft.clone() {
            let file = File {
                id: 0,
                conversation,
                version,
                path,
                text,
            };
            file.insert(ctx)?;
        }
        told(ctx, conversation, &Event::Version { version })?;
        enter(ctx, find(ctx, conversation)?, Phase::Deploy)?;
        Ok(Some(version))
    }

    /// Ends the task, whatever has come of it.
    async fn end(&self, agent: &CodeAgent, mut result: Result<()>) -> Result<()> {
        loop {
            match self.run.write("end", || self.rest(agent, &result)).await {
                // It is told so only once, and here only now.
                Err(error) if error.kind() == ErrorKind::Cancelled => result = Err(error),
                ended => return ended.and(result),
            }
        }
    }

    /// The conversation is at rest; or the next task begins, if the user has not been heard.
    fn rest(&self, agent: &CodeAgent, result: &Result<()>) -> Result<()> {
        let mut conversation = find(self.ctx, self.id)?;
        let phase = match result {
            Ok(()) => Phase::Done,
            Err(error) if error.kind() == ErrorKind::Cancelled => Phase::Cancelled,
            Err(error) => {
                conversation.error = Some(error.message().to_owned());
                Phase::Failed
            }
        };
        enter(self.ctx, conversation, phase)?;
        match is_news(self.ctx, self.id)? {
            true => agent.set_to_work(self.ctx, find(self.ctx, self.id)?),
            false => Ok(()),
        }
    }
}

fn find(ctx: &Ctx<CodeAgent>, id: u64) -> Result<Conversation> {
    let missing = || Error::not_found(format!("there is no conversation {id}"));
    Conversation::get(ctx, id)?.ok_or_else(missing)
}

fn files(ctx: &Ctx<CodeAgent>, id: u64, version: u32) -> Result<Files> {
    let files = sql!(File => "SELECT * FROM files
                              WHERE conversation = {id} AND version = {version}");
    let files = files.all(ctx)?.into_iter();
    Ok(files.map(|file| (file.path, file.text)).collect())
}

fn add_line(ctx: &Ctx<CodeAgent>, conversation: u64, who: Who, text: String) -> Result<()> {
    let line = Line {
        id: 0,
        conversation,
        who,
        text,
    };
    line.insert(ctx).map(drop)
}

fn last_lines(ctx: &Ctx<CodeAgent>, id: u64) -> Result<Vec<Line>> {
    let lines = sql!(Line => "SELECT * FROM lines WHERE conversation = {id}
                              ORDER BY id DESC LIMIT {TOLD}");
    let mut lines = lines.all(ctx)?;
    lines.reverse();
    Ok(lines)
}

/// What the user has said up to here is about to be answered.
fn hear(ctx: &Ctx<CodeAgent>, id: u64) -> Result<()> {
    let last = sql!(Line => "SELECT MAX(id) FROM lines WHERE conversation = {id}");
    let last: Option<u64> = last.one(ctx)?;
    let mut conversation = find(ctx, id)?;
    conversation.heard = last.unwrap_or_default();
    conversation.update(ctx).map(drop)
}

/// Whether the user has said something since.
fn is_news(ctx: &Ctx<CodeAgent>, id: u64) -> Result<bool> {
    let (heard, user) = (find(ctx, id)?.heard, Who::User);
    sql!(Line => "SELECT EXISTS (SELECT 1 FROM lines WHERE conversation = {id} AND id > {heard}
                                 AND who = {user})")
    .one(ctx)
}

/// Stores the conversation, which enters a phase, unless it is in that already.
fn enter(ctx: &Ctx<CodeAgent>, mut conversation: Conversation, phase: Phase) -> Result<()> {
    let before = std::mem::replace(&mut conversation.phase, phase);
    if before == phase {
        return Ok(());
    }
    if !before.leads_to(phase) {
        let wrong = format!("{before:?} does not lead to {phase:?}");
        return Err(Error::internal(wrong));
    }
    if phase != Phase::Failed {
        conversation.error = None;
    }
    conversation.changed = ctx.now();
    conversation.update(ctx)?;
    let error = conversation.error;
    told(ctx, conversation.id, &Event::Phase { phase, error })
}

/// Tells those who watch, once this is committed.
fn told(ctx: &Ctx<CodeAgent>, id: u64, event: &Event) -> Result<()> {
    let name = stream_name(id);
    ctx.streams().named(&name).append(event).map(drop)
}

fn stream_name(id: u64) -> String {
    format!("conversation {id}")
}

fn conflict(why: &str) -> Error {
    Error::new(ErrorKind::Conflict, why)
}

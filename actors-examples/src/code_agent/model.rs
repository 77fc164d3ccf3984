//! Language models: a scripted one, and any that speaks the common form of chat completions.

use actors_core::prelude::*;
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CodeAgent, Files, Line, Who};

/// What a model is asked, and what it knows.
pub struct Prompt {
    /// What has been said in the conversation last.
    pub lines: Vec<Line>,
    /// The files as they are.
    pub files: Files,
    /// What is asked.
    pub question: Question,
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// Which files are to be written? The answer has a line `- path` for each.
    Plan,
    /// What is in this file? All of the answer is.
    File(String),
    /// Which files are wrong? The answer has a line `- path` for each.
    Review,
}

/// A model.
pub trait Model {
    /// Answers, and says each part of the answer as it comes. It can be asked the same again.
    fn answer<'a>(
        &'a self,
        prompt: &'a Prompt,
        say: &'a mut dyn FnMut(&str) -> Result<()>,
    ) -> LocalBoxFuture<'a, Result<()>>;
}

/// The model at `MODEL_URL`, with the secret `MODEL_KEY`; or the scripted one.
pub(super) fn of(ctx: &Ctx<CodeAgent>) -> Result<Box<dyn Model + '_>> {
    match ctx.env().var("MODEL_URL") {
        Ok(url) => Ok(Box::new(Remote {
            ctx,
            url,
            key: ctx.env().secret("MODEL_KEY")?,
            name: ctx.env().var("MODEL_NAME").unwrap_or_default(),
        })),
        Err(_) => Ok(Box::new(Scripted { ctx })),
    }
}

/// The longest answer, in bytes.
const ANSWER: usize = 50_000;

/// How many files an answer can name.
const FILES: usize = 20;

impl Question {
    /// What does not answer the question is an error, so it is asked again.
    pub(super) fn check(&self, answer: &str) -> Result<()> {
        let wrong = match self {
            Self::Plan => paths(answer).is_empty(),
            Self::File(_) | Self::Review => answer.trim().is_empty(),
        };
        match wrong {
            true => Err(Error::internal(
                "the model's answer is none to this question",
            )),
            false => Ok(()),
        }
    }

    fn instruction(&self) -> String {
        match self {
            Self::Plan => {
                "Which files have to be written or changed for what the user wants? Say in \
                           one sentence what you will do, and then name each file on a line of its \
                           own: `- path`."
                    .to_owned()
            }
            Self::File(path) => format!("Write `{path}`: all of it, and nothing else."),
            Self::Review => {
                "Review the files. Name those that have to be written again on a line of \
                             their own each, `- path: why`, or none if all is well."
                    .to_owned()
            }
        }
    }
}

/// The paths that an answer names, each once.
pub(super) fn paths(answer: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for line in answer.lines() {
        let Some(named) = line.trim().strip_prefix("- ") else {
            continue;
        };
        let path = named.split([':', ' ']).next().unwrap_or_default();
        let path = path.trim_matches('`').to_owned();
        if is_path(&path) && !paths.contains(&path) && paths.len() < FILES {
            paths.push(path);
        }
    }
    paths
}

fn is_path(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let parts = || path.split('/');
    path.len() <= 100
        && path.chars().all(is_plain)
        && parts().all(|part| !part.trim_matches('.').is_empty())
}

/// What is between the fences, if a model puts a file between some.
pub(super) fn code(answer: &str) -> String {
    let trimmed = answer.trim();
    let inner = trimmed
        .strip_prefix("```")
        .and_then(|rest| rest.strip_suffix("```"))
        .and_then(|rest| rest.split_once('\n'));
    inner.map_or_else(|| answer.to_owned(), |(_, code)| code.to_owned())
}

/// A model behind HTTP.
struct Remote<'a> {
    ctx: &'a Ctx<CodeAgent>,
    url: String,
    key: String,
    name: String,
}

impl Model for Remote<'_> {
    fn answer<'a>(
        &'a self,
        prompt: &'a Prompt,
        say: &'a mut dyn FnMut(&str) -> Result<()>,
    ) -> LocalBoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let request = http::Request::post(&self.url)
                .header("authorization", format!("Bearer {}", self.key))
                .header("content-type", "application/json")
                .body(serde_json::to_vec(&self.body(prompt))?)?;
            let response = self.ctx.fetch(request).within(minutes(4)).await?;
            check_status(response.status())?;
            let (mut body, mut parts) = (response.into_body(), Parts::default());
            while let Some(bytes) = body.chunk().await? {
                let words = parts.read(&bytes)?;
                if !words.is_empty() {
                    say(&words)?;
                }
                if parts.is_done {
                    return Ok(());
                }
            }
            Err(unavailable("the model's answer broke off"))
        })
    }
}

impl Remote<'_> {
    fn body(&self, prompt: &Prompt) -> Value {
        let message = |role: &str, content: &str| json!({ "role": role, "content": content });
        let mut messages = vec![message(
            "system",
            "You write small web sites of static files, which can be opened as they are.",
        )];
        messages.extend(prompt.lines.iter().map(|line| match line.who {
            Who::User => message("user", &line.text),
            Who::Model => message("assistant", &line.text),
        }));
        let files = prompt.files.iter();
        let files: String = files
            .map(|(path, text)| format!("`{path}`:\n```\n{text}\n```\n"))
            .collect();
        let ask = format!("{files}{}", prompt.question.instruction());
        messages.push(message("user", &ask));
        json!({ "model": self.name, "messages": messages, "stream": true })
    }
}

/// A model that has too much to do, or is down, is asked again; one that refuses is not.
fn check_status(status: http::StatusCode) -> Result<()> {
    let error = unavailable(format!("the model answered {status}"));
    match status {
        status if status.is_success() => Ok(()),
        status if status.is_server_error() || matches!(status.as_u16(), 408 | 429) => Err(error),
        _ => Err(error.permanent()),
    }
}

/// The parts of an answer, as server-sent events.
#[derive(Default)]
struct Parts {
    /// The bytes of a line that has not ended.
    rest: Vec<u8>,
    /// How many bytes of words there were.
    length: usize,
    is_done: bool,
}

#[derive(Deserialize)]
struct Part {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
}

impl Parts {
    /// Returns the words that are complete with these bytes.
    fn read(&mut self, bytes: &[u8]) -> Result<String> {
        self.rest.extend_from_slice(bytes);
        let mut words = String::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            self.line(&String::from_utf8_lossy(&line), &mut words)?;
        }
        self.length += words.len();
        if self.length.max(self.rest.len()) > ANSWER {
            return Err(Error::internal("the model's answer is too long"));
        }
        Ok(words)
    }

    fn line(&mut self, line: &str, words: &mut String) -> Result<()> {
        // Others are comments, and the names of events.
        let Some(data) = line.trim().strip_prefix("data:") else {
            return Ok(());
        };
        if data.trim() == "[DONE]" {
            self.is_done = true;
            return Ok(());
        }
        let nonsense = |_| Error::internal("the model's answer can't be read");
        let part: Part = serde_json::from_str(data).map_err(nonsense)?;
        for choice in part.choices {
            words.extend(choice.delta.content);
            if choice.finish_reason.as_deref() == Some("length") {
                return Err(Error::internal("the model's answer was cut off"));
            }
        }
        Ok(())
    }
}

fn unavailable(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unavailable, why)
}

/// A model that does not think: it says what follows from what the user has said.
struct Scripted<'a> {
    ctx: &'a Ctx<CodeAgent>,
}

/// How long it takes for a few words, and how many bytes they have.
const PACE: Duration = Duration::from_millis(40);
const WORDS: usize = 16;

impl Model for Scripted<'_> {
    fn answer<'a>(
        &'a self,
        prompt: &'a Prompt,
        say: &'a mut dyn FnMut(&str) -> Result<()>,
    ) -> LocalBoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let answer = script(prompt);
            let mut rest = &*answer;
            while !rest.is_empty() {
                let end = rest
                    .char_indices()
                    .map(|(at, _)| at)
                    .find(|at| *at >= WORDS);
                let (words, later) = rest.split_at(end.unwrap_or(rest.len()));
                self.ctx.sleep(PACE).await;
                say(words)?;
                rest = later;
            }
            Ok(())
        })
    }
}

fn script(prompt: &Prompt) -> String {
    let wishes = prompt.lines.iter().filter(|line| line.who == Who::User);
    let wishes: Vec<_> = wishes.map(|line| &*line.text).collect();
    match &prompt.question {
        Question::Plan => {
            let files: String = (wished(&wishes).into_iter())
                .map(|path| format!("- {path}\n"))
                .collect();
            format!(
                "I will write a page for “{}”:\n\n{files}",
                wishes.join("”, and for “")
            )
        }
        Question::File(path) => file(path, &wishes, prompt.files.get(path)),
        Question::Review => match prompt.files.iter().find(|(_, text)| text.contains("TODO")) {
            Some((path, _)) => {
                format!("Something is left to do:\n\n- {path}: the button does nothing\n")
            }
            None => "All of the files are as they should be.".to_owned(),
        },
    }
}

/// What each page has, and the files that the user names.
fn wished(wishes: &[&str]) -> Vec<String> {
    let mut paths: Vec<_> = ["index.html", "style.css", "app.js"]
        .map(str::to_owned)
        .into();
    for word in wishes.iter().flat_map(|wish| wish.split_whitespace()) {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if is_path(word) && word.contains('.') && !paths.iter().any(|path| path == word) {
            paths.push(word.to_owned());
        }
    }
    paths
}

fn file(path: &str, wishes: &[&str], before: Option<&String>) -> String {
    match path {
        "index.html" => {
            let items: String = (wishes.iter())
                .map(|wish| {
                    format!(
                        "  <li>{}</li>\n",
                        wish.replace('&', "&amp;").replace('<', "&lt;")
                    )
                })
                .collect();
            format!(
                "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
                 <meta name=\"viewport\" content=\"width=device-width\">\n<title>A page</title>\n\
                 <link rel=\"stylesheet\" href=\"style.css\">\n<h1>What was asked for</h1>\n<ul>\n\
                 {items}</ul>\n<button id=\"count\">0</button>\n<script src=\"app.js\"></script>\n\
                 </html>\n"
            )
        }
        "style.css" => ":root { color-scheme: light dark; }\nbody { font: 1rem/1.5 system-ui; \
                        max-width: 40rem;\n       margin: 3rem auto; padding: 0 1rem; }\n"
            .to_owned(),
        // The review finds what the first draft lacks.
        "app.js" if before.is_none() => {
            "const count = document.getElementById(\"count\");\n// TODO: count\n".to_owned()
        }
        "app.js" => "const count = document.getElementById(\"count\");\n\
                     count.onclick = () => { count.textContent++; };\n"
            .to_owned(),
        path => format!("{path}\n\n{}\n", wishes.join("\n")),
    }
}

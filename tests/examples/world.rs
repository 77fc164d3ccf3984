//! The Worker, in workerd or in the native backend, as a client sees it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use actors_core::testing;
use actors_core::{Body, Request, Response, Result, http};
use actors_examples::code_agent::CodeAgent;
use actors_examples::session::{Session, User};
use actors_examples::task_queue::TaskWorker;
use actors_harness::root;
use actors_harness::worker::{Binding, Module, Worker};
use actors_harness::workerd::Server;
use serde_json::{Value, json};
use tungstenite::{HandshakeError, WebSocket};

/// Declares tests that run on both backends, with variables of the Worker.
macro_rules! on_both {
    ($vars:expr; $(fn $name:ident($world:ident) $body:block)*) => {
        $(fn $name($world: crate::world::World) $body)*

        mod workerd {
            $(
                #[test]
                fn $name() {
                    let test = concat!(module_path!(), "::", stringify!($name));
                    super::$name(crate::world::World::in_workerd(test, &$vars));
                }
            )*
        }

        mod native {
            $(
                #[test]
                fn $name() {
                    super::$name(crate::world::World::native(&$vars));
                }
            )*
        }
    };
}
pub(crate) use on_both;

pub(crate) enum World {
    Workerd {
        server: Server,
        worker: Box<Worker>,
        disk: PathBuf,
    },
    Native(testing::World),
}

/// The client's end of a web socket.
pub(crate) enum Socket<'a> {
    Workerd(Box<WebSocket<TcpStream>>),
    Native(testing::Client<'a>),
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl World {
    pub(crate) fn in_workerd(test: &str, vars: &[(&str, &str)]) -> Self {
        let folder = test.replace("::", "-");
        let disk = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("examples")
            .join(folder);
        let _ = fs::remove_dir_all(&disk);
        let mut worker = worker().clone();
        let vars = vars.iter();
        let vars = vars.map(|(name, text)| ((*name).to_owned(), Binding::Text((*text).to_owned())));
        worker.bindings.extend(vars);
        let network = Binding::Service("model".to_owned());
        worker.bindings.push(("NETWORK".to_owned(), network));
        Self::Workerd {
            server: start(&worker, &disk),
            worker: Box::new(worker),
            disk,
        }
    }

    pub(crate) fn native(vars: &[(&str, &str)]) -> Self {
        let asked = RefCell::<BTreeMap<String, u32>>::default();
        let world = testing::World::new();
        let world = world.on_fetch("model.example", async move |request| {
            answer(request, &asked).await
        });
        let vars = vars.iter();
        Self::Native(vars.fold(world, |world, (name, text)| world.var(name, *text)))
    }

    /// The origin of the Worker's pages.
    pub(crate) fn origin(&self) -> String {
        match self {
            Self::Workerd { server, .. } => server.url(),
            Self::Native(_) => "http://localhost".to_owned(),
        }
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let url = format!("{}{path}", self.origin());
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_owned()).expect("a request");
        match self {
            Self::Workerd { .. } => send(request),
            Self::Native(world) => {
                let response = world.fetch::<actors_examples::Worker>(request);
                let (head, body) = response.expect("a response").into_parts();
                let body = world.run(body.bytes()).expect("a body");
                Answer::new(&head, String::from_utf8(body.into()).expect("a text"))
            }
        }
    }

    /// The lines of a response, up to one that ends what is read of it.
    pub(crate) fn lines(&self, path: &str, is_end: impl Fn(&str) -> bool) -> Vec<String> {
        let request = http::Request::get(format!("{}{path}", self.origin()));
        let mut lines = Vec::new();
        match self {
            Self::Workerd { .. } => {
                let response = agent().run(request.body(()).expect("a request"));
                let body = response.expect("a response").into_body().into_reader();
                for line in BufReader::new(body).lines() {
                    lines.push(line.expect("a line"));
                    if is_end(lines.last().expect("it")) {
                        break;
                    }
                }
            }
            Self::Native(world) => {
                let request = request.body(String::new()).expect("a request");
                let response = world.fetch::<actors_examples::Worker>(request);
                let (mut body, mut text) =
                    (response.expect("a response").into_body(), String::new());
                while !text.lines().any(&is_end) {
                    let more = world.run(body.chunk()).expect("more");
                    text += std::str::from_utf8(&more.expect("more")).expect("a text");
                }
                lines.extend(text.lines().map(str::to_owned));
                let end = lines.iter().position(|line| is_end(line)).expect("it");
                lines.truncate(end + 1);
            }
        }
        lines
    }

    /// Opens a web socket; a refusal is its status.
    pub(crate) fn connect(&self, path: &str) -> Result<Socket<'_>, u16> {
        match self {
            Self::Workerd { server, .. } => {
                let host = format!("127.0.0.1:{}", server.port());
                let stream = TcpStream::connect(&host).expect("workerd listens");
                let patience = Some(Duration::from_secs(20));
                stream.set_read_timeout(patience).expect("a timeout");
                match tungstenite::client(format!("ws://{host}{path}"), stream) {
                    Ok((socket, _)) => Ok(Socket::Workerd(Box::new(socket))),
                    Err(HandshakeError::Failure(tungstenite::Error::Http(refusal))) => {
                        Err(refusal.status().as_u16())
                    }
                    Err(error) => panic!("no web socket, and no response: {error}"),
                }
            }
            Self::Native(world) => {
                let request = http::Request::get(path).body(()).expect("a request");
                let client = world.connect_through::<actors_examples::Worker>(request);
                client
                    .map(Socket::Native)
                    .map_err(|refusal| refusal.status().as_u16())
            }
        }
    }

    /// Ends the process on the spot, and begins another with the same storage.
    pub(crate) fn restart(&mut self) {
        match self {
            Self::Workerd {
                server,
                worker,
                disk,
            } => {
                server.kill();
                *server = start(worker, disk);
            }
            Self::Native(world) => world.crash_all(),
        }
    }

    /// How many tables of ours an object has: none if nothing is left of it.
    pub(crate) fn tables(&self, binding: &str, name: &str) -> u64 {
        let count = "SELECT COUNT(*) FROM sqlite_master WHERE name GLOB '_actors*' \
                     OR name IN ('devices', 'session_values')";
        match self {
            Self::Workerd { .. } => {
                let path = format!("/observe/{binding}/{}", name.replace('/', "%2F"));
                let rows: Value = self.send("POST", &path, &[], count).json();
                rows[0][0].as_u64().expect("a count")
            }
            Self::Native(world) => {
                let rows = match binding {
                    "SESSION" => world.rows::<Session, u64>(name, count, ()),
                    "USER" => world.rows::<User, u64>(name, count, ()),
                    "CODE_AGENT" => world.rows::<CodeAgent, u64>(name, count, ()),
                    "TASK_WORKER" => world.rows::<TaskWorker, u64>(name, count, ()),
                    other => panic!("no test looks at {other}"),
                };
                rows.expect("a count")[0]
            }
        }
    }

    /// Lets so much real or virtual time pass.
    pub(crate) fn pass(&self, span: Duration) {
        match self {
            Self::Workerd { .. } => std::thread::sleep(span),
            Self::Native(world) => world.advance(span),
        }
    }

    /// Waits until it is so, for at most 20 s of real or virtual time.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        for _ in 0..400 {
            if is_so() {
                return;
            }
            self.pass(Duration::from_millis(50));
        }
        let log = match self {
            Self::Workerd { server, .. } => server.log(),
            Self::Native(world) => world.story().join("\n"),
        };
        panic!("not so after 20 s: {what}\n{log}");
    }
}

impl Socket<'_> {
    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        match self {
            Self::Workerd(socket) => socket.send(text.into()).expect("it is sent"),
            Self::Native(client) => client.send_text(&text).expect("it is handled"),
        }
    }

    /// The next message.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Value {
        match self {
            Self::Workerd(socket) => {
                let message = socket.read().expect("a message");
                let text = message.into_text().expect("a text");
                serde_json::from_str(&text).expect("JSON")
            }
            Self::Native(client) => client.receive().expect("a message").expect("JSON"),
        }
    }

    /// Reads until it has been closed, and returns the code.
    pub(crate) fn closed(&mut self) -> u16 {
        match self {
            Self::Workerd(socket) => loop {
                match socket.read() {
                    Ok(tungstenite::Message::Close(frame)) => {
                        return frame.map_or(1005, |frame| frame.code.into());
                    }
                    Ok(_) => {}
                    Err(error) => panic!("it has not been closed: {error}"),
                }
            },
            Self::Native(client) => client.closed().expect("it is closed").0,
        }
    }

    /// Goes away without a word.
    pub(crate) fn vanish(self) {
        match self {
            Self::Workerd(socket) => drop(socket),
            Self::Native(client) => client.vanish().expect("it is handled"),
        }
    }
}

impl Answer {
    fn new(head: &http::response::Parts, body: String) -> Self {
        let header = |name| {
            let value = head.headers.get(name)?.to_str();
            Some(value.expect("a text").to_owned())
        };
        Self {
            status: head.status.as_u16(),
            cookie: header("set-cookie"),
            location: header("location"),
            body,
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}

fn agent() -> ureq::Agent {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_idle_connections(0)
        .timeout_global(Some(Duration::from_secs(30)));
    ureq::Agent::from(agent.build())
}

fn send(request: http::Request<String>) -> Answer {
    let agent = agent();
    let response = match request.method() == http::Method::GET {
        true => agent.run(request.map(drop)),
        false => agent.run(request),
    };
    let (head, mut body) = response.expect("a response").into_parts();
    Answer::new(&head, body.read_to_string().expect("a text"))
}

fn start(worker: &Worker, disk: &Path) -> Server {
    Server::start(&[worker.clone(), model()], disk, None).expect("workerd starts")
}

fn worker() -> &'static Worker {
    static WORKER: OnceLock<Worker> = OnceLock::new();
    WORKER.get_or_init(|| {
        let driver = root().join("tests/examples/driver.js");
        Worker::from_crate(&root().join("actors-examples"))
            .expect("the examples build")
            .with_main("driver.js", driver)
    })
}

/// The language model that the Worker asks in workerd.
fn model() -> Worker {
    Worker {
        name: "model".to_owned(),
        modules: vec![Module {
            name: "model.js".to_owned(),
            path: root().join("tests/examples/model.js"),
        }],
        objects: Vec::new(),
        bindings: Vec::new(),
        compatibility_date: worker().compatibility_date.clone(),
        compatibility_flags: Vec::new(),
        engine: None,
    }
}

/// The same natively: it does what the user's words say.
async fn answer(request: Request, asked: &RefCell<BTreeMap<String, u32>>) -> Result<Response> {
    assert_eq!(request.headers()["authorization"], "Bearer key");
    let prompt: Value = serde_json::from_slice(&request.into_body().bytes().await?)?;
    let messages = prompt["messages"].as_array().expect("messages");
    let text = |message: &Value| message["content"].as_str().expect("a text").to_owned();
    let user = messages.iter().find(|message| message["role"] == "user");
    let (wish, question) = (
        text(user.expect("a wish")),
        text(messages.last().expect("one")),
    );
    let is_first = {
        let mut asked = asked.borrow_mut();
        let count = asked.entry(wish.clone()).or_default();
        *count += 1;
        *count == 1
    };
    let answer = match question {
        question if question.contains("Which files") => "I will write one.\n\n- one.txt: it\n",
        question if question.contains("Write `") => "```text\nWörter 👋\n```",
        _ => "All is well.",
    };
    let part = |text: &str| {
        format!(
            "data: {}\n\n",
            json!({ "choices": [{ "delta": { "content": text } }] })
        )
    };
    let parts: String = answer.split_inclusive(' ').map(part).collect();
    let (status, text) = match &*wish {
        "refuse" => (401, String::new()),
        "be busy" if is_first => (429, String::new()),
        "break off" if is_first => (200, parts),
        "talk nonsense" if is_first => (200, "data: {nonsense\n\n".to_owned()),
        _ => (200, format!(": hello\n\n{parts}data: [DONE]\n\n")),
    };
    // In pieces that have nothing to do with characters or lines.
    let (sender, body) = Body::channel();
    for piece in text.as_bytes().chunks(7) {
        sender.send(piece.to_vec())?;
    }
    Ok(http::Response::builder().status(status).body(body)?)
}

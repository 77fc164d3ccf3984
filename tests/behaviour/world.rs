//! The actors of `fixtures`, in workerd or in the native backend, driven from
//! outside with JSON.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use actors_harness::engine::Engine;
use actors_harness::worker::{Binding, Worker};
use actors_harness::workerd::Server;
use serde_json::{Value, json};

use crate::client::{self, Client};
use crate::native::Native;

/// Declares tests that run on both backends.
macro_rules! on_both {
    ($(fn $name:ident($world:ident) $body:block)*) => {
        $(
            #[allow(unused_mut, reason = "not all crash")]
            fn $name(mut $world: crate::world::World) $body
        )*

        mod workerd {
            $(
                #[test]
                fn $name() {
                    let test = concat!(module_path!(), "::", stringify!($name));
                    super::$name(crate::world::World::in_workerd(test));
                }
            )*
        }

        mod native {
            $(
                #[test]
                fn $name() {
                    super::$name(crate::world::World::native());
                }
            )*
        }
    };
}
pub(crate) use on_both;

/// A world of actors.
pub(crate) enum World {
    Workerd(Workerd),
    Native(Native),
}

/// A running workerd, and its data on disk.
pub(crate) struct Workerd {
    server: Server,
    disk: PathBuf,
    /// What runs the containers of its objects, if they have any: it goes on when workerd is killed.
    engine: Option<Engine>,
}

/// One instance of an actor.
pub(crate) struct Object<'a> {
    world: &'a World,
    binding: &'static str,
    name: String,
}

/// What a call that failed came to: the error's `name` and message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) retryable: bool,
}

/// A call as data.
#[derive(Clone, serde::Serialize)]
pub(crate) struct Call {
    pub(crate) binding: &'static str,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) values: Value,
}

/// The body of a response, as it comes.
pub(crate) enum Stream<'a> {
    Workerd(Box<dyn Read>),
    Native(&'a Native, actors_core::Body),
}

impl Stream<'_> {
    /// The next part, none at the end.
    pub(crate) fn next(&mut self) -> Option<String> {
        match self {
            Self::Workerd(reader) => {
                let mut part = [0; 4096];
                let length = reader.read(&mut part).expect("a body");
                (length > 0).then(|| String::from_utf8_lossy(&part[..length]).into_owned())
            }
            Self::Native(native, body) => native.next_part(body),
        }
    }
}

/// An HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: String,
}

impl World {
    /// A new workerd; its data is kept until the test runs again.
    pub(crate) fn in_workerd(test: &str) -> Self {
        let folder = test.replace("::", "-");
        let disk = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("workerd")
            .join(folder);
        let _ = fs::remove_dir_all(&disk);
        Self::Workerd(Workerd {
            server: serve(&disk),
            disk,
            engine: None,
        })
    }

    /// The same, and the objects whose class has one have a container.
    pub(crate) fn with_containers(self) -> Self {
        let Self::Workerd(mut workerd) = self else {
            return self;
        };
        workerd.server.kill();
        let engine = Engine::start().expect("an engine");
        workerd.server = serve_contained(&workerd.disk, &engine);
        workerd.engine = Some(engine);
        Self::Workerd(workerd)
    }

    pub(crate) fn native() -> Self {
        Self::Native(Native::new())
    }

    /// Kills workerd with SIGKILL, and starts another on the same disk.
    pub(crate) fn crash(&mut self) {
        match self {
            Self::Workerd(workerd) => {
                workerd.server.kill();
                workerd.server = match &workerd.engine {
                    Some(engine) => serve_contained(&workerd.disk, engine),
                    None => serve(&workerd.disk),
                };
            }
            Self::Native(native) => native.crash(),
        }
    }

    /// Makes a call, and does not wait for what it comes to.
    pub(crate) fn begin(&self, call: &Call) {
        match self {
            Self::Workerd(workerd) => {
                let (url, body) = (workerd.server.url() + "/call", json!(call).to_string());
                std::thread::spawn(move || drop(agent().post(url).send(body)));
            }
            Self::Native(native) => native.leave(call),
        }
    }

    /// Ends all that runs, and opens what is stored with that version of the tables.
    pub(crate) fn open_version(&mut self, version: usize) {
        match self {
            Self::Workerd(workerd) => {
                workerd.server.kill();
                workerd.server = serve_version(&workerd.disk, version);
            }
            Self::Native(native) => native.open_version(version),
        }
    }

    pub(crate) fn object(&self, binding: &'static str, name: &str) -> Object<'_> {
        Object {
            world: self,
            binding,
            name: name.to_owned(),
        }
    }

    /// Makes all the calls at once, and answers what each came to.
    pub(crate) fn together(&self, calls: &[Call]) -> Vec<Result<Value, Failure>> {
        match self {
            Self::Workerd(workerd) => {
                let outcomes = workerd.post("/together", &json!(calls));
                outcomes
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(outcome)
                    .collect()
            }
            Self::Native(native) => native.together(calls),
        }
    }

    /// An HTTP request: through the Worker's entry, or past it to the `Web` actor
    /// that the path names.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        match self {
            Self::Workerd(workerd) => workerd.request(method, path, headers, body),
            Self::Native(native) => native.request(method, path, headers, body),
        }
    }

    /// A response whose body comes in parts.
    pub(crate) fn stream(&self, path: &str) -> Stream<'_> {
        self.stream_with(path, &[])
    }

    /// The same for a request with those headers.
    pub(crate) fn stream_with(&self, path: &str, headers: &[(&str, &str)]) -> Stream<'_> {
        match self {
            Self::Workerd(workerd) => Stream::Workerd(Box::new(workerd.stream(path, headers))),
            Self::Native(native) => Stream::Native(native, native.stream(path, headers)),
        }
    }

    /// Opens a web socket, which may be refused. In a header, `{host}` is that of
    /// the actors.
    pub(crate) fn upgrade(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Client<'_>, Response> {
        match self {
            Self::Workerd(workerd) => client::connect(workerd.server.port(), path, headers),
            Self::Native(native) => native.upgrade(path, headers),
        }
    }

    /// Opens a web socket.
    #[track_caller]
    pub(crate) fn connect(&self, path: &str) -> Client<'_> {
        let client = self.upgrade(path, &[]);
        client.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"))
    }

    /// Takes all objects from memory, and leaves their sockets open: natively at
    /// once, in workerd by doing nothing for more than 10 s.
    pub(crate) fn hibernate(&self) {
        match self {
            Self::Workerd(_) => std::thread::sleep(Duration::from_secs(12)),
            Self::Native(native) => native.evict(),
        }
    }

    /// The same where it takes no time.
    pub(crate) fn hibernate_if_native(&self) {
        if let Self::Native(_) = self {
            self.hibernate();
        }
    }

    /// The names that a remote caller can reach on a ledger, of so many that were tried.
    pub(crate) fn reachable(&self) -> (Vec<String>, u64) {
        let Self::Workerd(workerd) = self else {
            panic!("all that is there is reached natively")
        };
        let answer = workerd.post("/reachable", &Value::Null);
        let names = answer["reached"].as_array().unwrap();
        (
            names
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
            answer["asked"].as_u64().unwrap(),
        )
    }

    /// Lets so much real or virtual time pass.
    pub(crate) fn pass(&self, span: Duration) {
        match self {
            Self::Workerd(_) => std::thread::sleep(span),
            Self::Native(native) => native.advance(span),
        }
    }

    /// What workerd has logged.
    pub(crate) fn log(&self) -> Option<String> {
        match self {
            Self::Workerd(workerd) => Some(workerd.server.log()),
            Self::Native(_) => None,
        }
    }

    /// Waits until workerd has logged that, which it may do after it has answered.
    #[track_caller]
    pub(crate) fn logs(&self, text: &str) {
        if let Self::Workerd(workerd) = self {
            self.until(text, || workerd.server.log().contains(text));
        }
    }

    /// Waits until the answer is yes, for at most 10 s of real or virtual time.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        for _ in 0..400 {
            if is_so() {
                return;
            }
            self.pass(Duration::from_millis(25));
        }
        panic!(
            "not so after 10 s: {what}\n{}",
            self.log().unwrap_or_default()
        );
    }
}

impl Workerd {
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let url = self.server.url() + path;
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = agent()
            .run(request.body(body.to_owned()).unwrap())
            .expect("an answer");
        let (head, mut body) = response.into_parts();
        Response {
            status: head.status.as_u16(),
            retry_after: head
                .headers
                .get("retry-after")
                .map(|value| value.to_str().unwrap().parse().unwrap()),
            body: body.read_to_string().unwrap(),
        }
    }

    fn stream(&self, path: &str, headers: &[(&str, &str)]) -> impl Read + use<> {
        let mut request = agent().get(self.server.url() + path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.call().expect("an answer");
        assert_eq!(response.status(), 200);
        response.into_body().into_reader()
    }

    /// A request with a body that is made as it is sent.
    pub(crate) fn upload(&self, path: &str, body: impl Read + 'static) -> Response {
        let url = self.server.url() + path;
        let body = ureq::SendBody::from_owned_reader(body);
        let mut response = agent().post(url).send(body).expect("an answer");
        Response {
            status: response.status().as_u16(),
            retry_after: None,
            body: response.body_mut().read_to_string().expect("text"),
        }
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let response = self.request("POST", path, &[], &body.to_string());
        assert_eq!(
            response.status,
            200,
            "{}\n{}",
            response.body,
            self.server.log()
        );
        serde_json::from_str(&response.body).expect("JSON")
    }
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}

impl Object<'_> {
    /// Calls a method with the values in a list.
    pub(crate) fn call(&self, method: &str, values: Value) -> Result<Value, Failure> {
        let call = self.describe(method, values);
        match self.world {
            World::Workerd(workerd) => outcome(&workerd.post("/call", &json!(call))),
            World::Native(native) => native.call(&call),
        }
    }

    /// What a method answers, if the process answers anything within a second.
    pub(crate) fn ask_once(&self, method: &str, values: Value) -> Option<Value> {
        let World::Workerd(workerd) = self.world else {
            return Some(self.ask(method, values));
        };
        let request = agent().post(workerd.server.url() + "/call").config();
        let request = request.timeout_global(Some(Duration::from_secs(1))).build();
        let call = self.describe(method, values);
        let mut response = request.send(json!(call).to_string()).ok()?;
        let answer: Value =
            serde_json::from_str(&response.body_mut().read_to_string().ok()?).ok()?;
        outcome(&answer).ok()
    }

    /// Calls a method that must succeed.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, values: Value) -> Value {
        match self.call(method, values) {
            Ok(value) => value,
            Err(failure) => panic!("{}.{method} failed: {failure:?}", self.binding),
        }
    }

    /// Calls a method that must fail.
    #[track_caller]
    pub(crate) fn refuse(&self, method: &str, values: Value) -> Failure {
        match self.call(method, values) {
            Ok(value) => panic!("{}.{method} answered {value}", self.binding),
            Err(failure) => failure,
        }
    }

    /// The call as data, for [`World::together`].
    pub(crate) fn describe(&self, method: &str, values: Value) -> Call {
        let (name, method) = (self.name.clone(), method.to_owned());
        Call {
            binding: self.binding,
            name,
            method,
            values,
        }
    }

    /// Runs a statement behind the actor's back.
    pub(crate) fn sql(&self, statement: &str) -> Value {
        match self.world {
            World::Workerd(_) => self.ask("observe", json!(["sql", statement])),
            World::Native(native) => native.sql(self.binding, &self.name, statement),
        }
    }

    /// When the object's own alarm is set for, in milliseconds.
    pub(crate) fn alarm(&self) -> Option<i64> {
        match self.world {
            World::Workerd(_) => self.ask("observe", json!(["alarm"])).as_i64(),
            World::Native(native) => native.alarm(self.binding, &self.name),
        }
    }

    /// How often the object's own alarm was set or cancelled, and how often it rang.
    pub(crate) fn alarm_counts(&self) -> (u64, u64) {
        let count = |what| self.ask("observe", json!([what])).as_u64().unwrap();
        match self.world {
            World::Workerd(_) => (count("alarm settings"), count("rings")),
            World::Native(native) => native.alarm_counts(self.binding, &self.name),
        }
    }

    /// Has the platform lose the object's own alarm.
    pub(crate) fn lose_alarm(&self) {
        match self.world {
            World::Workerd(_) => {
                self.ask("observe", json!(["lose alarm"]));
            }
            World::Native(native) => native.lose_alarm(self.binding, &self.name),
        }
        assert_eq!(self.alarm(), None);
    }

    /// Changes the alarms' table, and has the object's alarm delivered now.
    pub(crate) fn ring_now(&self, statement: &str) {
        match self.world {
            World::Workerd(_) => {
                self.ask("observe", json!(["ring now", statement]));
            }
            World::Native(native) => native.ring_now(self.binding, &self.name, statement),
        }
    }
}

fn outcome(answer: &Value) -> Result<Value, Failure> {
    match answer.get("error") {
        None => Ok(answer["value"].clone()),
        Some(error) => Err(Failure {
            name: error["name"].as_str().unwrap_or_default().to_owned(),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            retryable: error["retryable"] == true,
        }),
    }
}

fn agent() -> &'static ureq::Agent {
    static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(30)));
        config.build().into()
    })
}

fn serve(disk: &Path) -> Server {
    start(worker().clone(), disk)
}

fn serve_contained(disk: &Path, engine: &Engine) -> Server {
    start(worker().clone().with_engine(engine.socket()), disk)
}

fn serve_version(disk: &Path, version: usize) -> Server {
    let mut worker = worker().clone();
    let version = ("VERSION".to_owned(), Binding::Text(version.to_string()));
    worker.bindings.push(version);
    start(worker, disk)
}

fn start(worker: Worker, disk: &Path) -> Server {
    Server::start(&[worker], disk, None).expect("workerd starts")
}

fn worker() -> &'static Worker {
    static WORKER: OnceLock<Worker> = OnceLock::new();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    WORKER.get_or_init(|| {
        Worker::from_crate(&tests.join("fixtures"))
            .expect("the fixtures build")
            .with_main("driver.js", tests.join("behaviour/driver.js"))
            .with_module("costs.js", tests.join("behaviour/costs.js"))
    })
}

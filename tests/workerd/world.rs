//! A workerd with the actors of `fixtures`, driven from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use xtask::worker::Worker;
use xtask::workerd::Server;

/// A running workerd, and its data on disk.
pub(crate) struct World {
    server: Server,
    disk: PathBuf,
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

impl World {
    /// A new world; `name` is the test's, and its data is kept until it runs again.
    pub(crate) fn new(name: &str) -> Self {
        let disk = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("workerd")
            .join(name);
        let _ = fs::remove_dir_all(&disk);
        Self {
            server: serve(&disk),
            disk,
        }
    }

    /// Kills workerd with SIGKILL, and starts another on the same disk.
    pub(crate) fn crash(&mut self) {
        self.server.kill();
        self.server = serve(&self.disk);
    }

    pub(crate) fn object(&self, binding: &'static str, name: &str) -> Object<'_> {
        Object {
            world: self,
            binding,
            name: name.to_owned(),
        }
    }

    /// Makes all the calls at once, and answers what each came to.
    pub(crate) fn together(&self, calls: &[Value]) -> Vec<Result<Value, Failure>> {
        let outcomes = self.post("/together", &json!(calls));
        outcomes
            .as_array()
            .expect("a list")
            .iter()
            .map(outcome)
            .collect()
    }

    /// An HTTP request to the Worker's entry: status, headers and body.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(self.url(path));
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

    pub(crate) fn url(&self, path: &str) -> String {
        self.server.url() + path
    }

    /// The names that a remote caller can reach on a ledger, of so many that were tried.
    pub(crate) fn reachable(&self) -> (Vec<String>, u64) {
        let answer = self.post("/reachable", &Value::Null);
        let names = answer["reached"].as_array().unwrap();
        (
            names
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
            answer["asked"].as_u64().unwrap(),
        )
    }

    fn post(&self, path: &str, body: &Value) -> Value {
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

/// An HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}

impl Object<'_> {
    /// Calls a method with the values in a list.
    pub(crate) fn call(&self, method: &str, values: Value) -> Result<Value, Failure> {
        outcome(&self.world.post("/call", &self.describe(method, values)))
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
    pub(crate) fn describe(&self, method: &str, values: Value) -> Value {
        json!({ "binding": self.binding, "name": self.name, "method": method, "values": values })
    }

    /// Runs a statement behind the actor's back.
    pub(crate) fn sql(&self, statement: &str) -> Value {
        self.ask("observe", json!(["sql", statement]))
    }

    /// When the object's own alarm is set for, in milliseconds.
    pub(crate) fn alarm(&self) -> Option<i64> {
        self.ask("observe", json!(["alarm"])).as_i64()
    }

    /// Changes the alarms' table, and has workerd deliver the object's alarm now.
    pub(crate) fn ring_now(&self, statement: &str) {
        self.ask("observe", json!(["ring now", statement]));
    }
}

/// Asks again until the answer is yes, for at most 10 s.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..400 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("not so after 10 s: {what}");
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
    static WORKER: OnceLock<Worker> = OnceLock::new();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let worker = WORKER.get_or_init(|| {
        Worker::from_crate(&tests.join("fixtures"))
            .expect("the fixtures build")
            .with_main("driver.js", tests.join("workerd/driver.js"))
    });
    Server::start(std::slice::from_ref(worker), disk, None).expect("workerd starts")
}

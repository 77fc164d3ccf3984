//! The one workerd that all programs run in.

use std::{
    fmt::Debug,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use actors_harness::{root, worker::Worker, workerd::Server};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    alarms::Lead,
    http::{self, Connection, request},
    programs::{self, Who},
    sockets::Room,
};

/// How many calls the driver makes for one request.
const CALLS: u32 = 100;

/// How many objects are made in a round: each has three files open for as long as it is awake.
const NEW_OBJECTS: u64 = 40;

/// A JSON body of 10 KB.
pub(super) fn items() -> String {
    let item = |id: u32| {
        format!(
            r#"{{"id":{id},"name":"object {id}","text":"what one says and others hear, at some length","price":{id}.5}}"#
        )
    };
    let items: Vec<_> = (0..100).map(item).collect();
    format!("[{}]", items.join(","))
}

pub(super) struct Stage {
    pub(super) is_quick: bool,
    pub(super) rooms: [Option<Room>; 4],
    pub(super) lead: Lead,
    pub(super) has_sleepers: [bool; 4],
    workers: Vec<Worker>,
    disk: PathBuf,
    server: Server,
    number: AtomicU64,
}

impl Stage {
    pub(super) fn open(is_quick: bool) -> Result<Self> {
        let disk = disk();
        let workers = programs::workers()?;
        let server = fresh(&workers, &disk)?;
        Ok(Self {
            is_quick,
            rooms: [const { None }; 4],
            lead: Lead::default(),
            has_sleepers: [false; 4],
            workers,
            disk,
            server,
            number: AtomicU64::new(0),
        })
    }

    /// A new workerd without any objects, in which all programs have done everything once.
    pub(super) fn renew(&mut self) -> Result<()> {
        self.rooms = [const { None }; 4];
        self.has_sleepers = [false; 4];
        self.server.kill();
        self.server = fresh(&self.workers, &self.disk)?;
        self.compare().context("the programs do not do the same")
    }

    /// Ends workerd and starts it again on the same data: no object is awake.
    pub(super) fn restart(&mut self) -> Result<()> {
        self.rooms = [const { None }; 4];
        self.server.stop();
        self.server = Server::start(&self.workers, &self.disk, None)?;
        Ok(())
    }

    /// How long a round of a program takes, where that can be chosen.
    pub(super) fn time(&self) -> Duration {
        Duration::from_millis(if self.is_quick { 150 } else { 400 })
    }

    /// What workerd has written so far.
    pub(super) fn log(&self) -> String {
        self.server.log()
    }

    pub(super) fn port(&self, who: Who) -> u16 {
        self.server.ports()[who as usize]
    }

    /// A name that no object has had.
    pub(super) fn new_name(&self) -> String {
        format!("new-{}", self.next())
    }

    /// A number that is another each time.
    fn next(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// How many milliseconds it takes from the start of a workerd with this program alone to its
    /// first answer.
    pub(super) fn start_up(&self, who: Who) -> Result<f64> {
        let disk = self.disk.join("alone");
        let _ = fs::remove_dir_all(&disk);
        let start = Instant::now();
        let server = Server::start(&self.workers[who as usize..][..1], &disk, None)?;
        let empty = request("GET", "/objects/first/empty", "");
        Connection::open(server.port())?.succeed(&empty)?;
        Ok(millis(start))
    }

    /// How many such requests a second one object answers.
    pub(super) fn load(&self, who: Who, method: &str, what: &str, body: &str) -> Result<f64> {
        let request = request(method, &format!("/objects/bench/{what}"), body);
        http::load_for(self.time(), self.port(who), || request.clone())
    }

    /// How many requests a second that insert rows, with the batch form of the only program that
    /// has one.
    pub(super) fn insert_all(&self, who: Who) -> Result<f64> {
        let what = match who {
            Who::Ours => "batch",
            _ => "insert",
        };
        self.load(who, "POST", what, "")
    }

    /// How many requests a second, each of which changes a row, one object answers.
    pub(super) fn upserts(&self, who: Who) -> Result<f64> {
        http::load_for(self.time(), self.port(who), || {
            let body = format!(r#"{{"word":"soup","count":{}}}"#, self.next());
            request("POST", "/objects/bench/upsert", &body)
        })
    }

    /// How many new objects a second store a row.
    pub(super) fn new_objects(&self, who: Who) -> Result<f64> {
        let made = AtomicU64::new(0);
        http::load(self.port(who), || {
            let is_wanted = made.fetch_add(1, Ordering::Relaxed) < NEW_OBJECTS;
            let path = format!("/objects/{}/upsert", self.new_name());
            is_wanted.then(|| request("POST", &path, r#"{"word":"soup","count":1}"#))
        })
    }

    /// How many such calls a second are answered, one after the other.
    pub(super) fn rpc(&self, who: Who, what: &str) -> Result<Option<f64>> {
        if !who.has_rpc() {
            return Ok(None);
        }
        let request = call(who, what, CALLS);
        let mut driver = self.driver()?;
        let (start, mut calls) = (Instant::now(), 0);
        while start.elapsed() < self.time() {
            driver.succeed(&request)?;
            calls += CALLS;
        }
        Ok(Some(f64::from(calls) / start.elapsed().as_secs_f64()))
    }

    fn driver(&self) -> Result<Connection> {
        let port = self.server.ports().last();
        Connection::open(*port.context("the driver listens")?)
    }

    /// Has all programs do everything once, and compares what they answer.
    fn compare(&self) -> Result<()> {
        let later = format!(r#"{{"count":3,"due":{}}}"#, super::alarms::tomorrow());
        let requests = [
            ("GET", "empty", ""),
            ("POST", "insert", ""),
            ("GET", "sum", ""),
            ("GET", "singles", ""),
            ("POST", "upsert", r#"{"word":"soup","count":1}"#),
            ("POST", "echo", &items()),
            ("POST", "schedule", &later),
            ("GET", "runs", ""),
        ];
        for (method, what, body) in requests {
            let request = request(method, &format!("/objects/bench/{what}"), body);
            let answer = |who| {
                let answer = Connection::open(self.port(who))?.send(&request)?;
                ensure!(answer.status < 300, "{what} fails: {}", self.server.log());
                Ok((answer.status, value(&answer.body)?))
            };
            same(what, Who::ALL.to_vec(), answer)?;
        }
        for what in ["empty", "upsert", "row", "objects"] {
            let with_rpc = Who::ALL.into_iter().filter(|who| who.has_rpc()).collect();
            same(what, with_rpc, |who| {
                value(&self.driver()?.succeed(&call(who, what, 1))?)
            })?;
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.server.kill();
        let _ = fs::remove_dir_all(&self.disk);
    }
}

/// Where the objects' data is: in memory where the system has a place for that, so that it is not
/// the disk that is measured.
fn disk() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if !memory.is_dir() {
        return super::folder().join("disk");
    }
    let mut hasher = DefaultHasher::new();
    root().hash(&mut hasher);
    memory.join(format!("actors-bench-{}", hasher.finish()))
}

fn fresh(workers: &[Worker], disk: &Path) -> Result<Server> {
    let _ = fs::remove_dir_all(disk);
    Server::start(workers, disk, None)
}

/// The request for so many calls.
fn call(who: Who, what: &str, times: u32) -> Vec<u8> {
    let path = format!("/?program={}&what={what}&times={times}", who.name());
    request("GET", &path, "")
}

/// Fails unless all answer as the first one does.
fn same<T: Clone + PartialEq + Debug>(
    what: &str,
    programs: Vec<Who>,
    answer: impl Fn(Who) -> Result<T>,
) -> Result<()> {
    let mut first = None;
    for who in programs {
        let name = who.name();
        let next = answer(who).with_context(|| format!("{what} of {name}"))?;
        let first = first.get_or_insert_with(|| next.clone());
        ensure!(
            next == *first,
            "{name} answers {next:?} to {what}, not {first:?}"
        );
    }
    Ok(())
}

/// The JSON in a body, if there is any; a number as a float, however it is written.
fn value(body: &[u8]) -> Result<Value> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let value: Value = serde_json::from_slice(body)?;
    Ok(value.as_f64().map_or(value, Value::from))
}

pub(super) fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

//! Pages in a real browser, which is installed if there is none: those of the examples, and one that
//! reads a stream.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use actors_harness::engine::Engine;
use actors_harness::root;
use actors_harness::tools;
use actors_harness::worker::Worker;
use actors_harness::workerd::Server;

#[test]
fn two_who_open_the_chat_see_each_other() {
    show("chat");
}

#[test]
fn who_signs_in_on_two_devices_signs_out_on_both() {
    show("session");
}

#[test]
fn who_watches_the_queue_sees_it_moving() {
    show("task_queue");
}

#[test]
fn who_has_a_container_starts_and_stops_it() {
    show("container");
}

#[test]
fn who_reloads_while_an_agent_writes_loses_no_word() {
    show("code_agent");
}

#[test]
fn a_page_that_reloads_loses_nothing_of_a_stream() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixtures = Worker::from_crate(&tests.join("fixtures")).expect("the fixtures build");
    let driven = fixtures
        .with_main("driver.js", tests.join("behaviour/driver.js"))
        .with_module("costs.js", tests.join("behaviour/costs.js"));
    open(driven, "streams");
}

/// Has a script open the pages of the examples.
#[track_caller]
fn show(script: &str) {
    let engine = Engine::start().expect("the stand-in for an engine starts");
    let examples = Worker::from_crate(&root().join("actors-examples")).expect("the examples build");
    let folder = open(examples.with_engine(engine.socket()), script);
    eprintln!("screenshots: {}", folder.display());
}

/// Has a script open the pages of a Worker, and returns its folder. When the script writes `kill` or
/// `start`, that is done to the server, and answered with a line.
#[track_caller]
fn open(worker: Worker, script: &str) -> PathBuf {
    let browser = tools::ensure_browser().expect("a browser");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("browser")
        .join(script);
    let _ = fs::remove_dir_all(&folder);
    let start = |port| Server::start(std::slice::from_ref(&worker), &folder, port);
    let mut server = start(None).expect("workerd starts");
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let mut node = Command::new("node")
        .arg(scripts.join(script).with_extension("mjs"))
        .arg(&browser.modules)
        .arg(&browser.chromium)
        .arg(server.url())
        .arg(&folder)
        .envs(browser.env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut answers = node.stdin.take().expect("a pipe");
    let asked = BufReader::new(node.stdout.take().expect("a pipe")).lines();
    for asked in asked {
        match &*asked.expect("a text") {
            "kill" => server.kill(),
            "start" => server = start(Some(server.port())).expect("workerd starts again"),
            other => panic!("the script asks for {other}"),
        }
        answers.write_all(b"done\n").expect("the script waits");
    }
    let mut log = String::new();
    let errors = node.stderr.as_mut().expect("a pipe");
    errors.read_to_string(&mut log).expect("a text");
    let status = node.wait().expect("node ends");
    assert!(status.success(), "{log}\n{}", server.log());
    folder
}

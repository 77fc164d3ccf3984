//! The examples' pages in a real browser, which is installed if there is none.

use std::fs;
use std::path::Path;
use std::process::Command;

use actors_harness::root;
use actors_harness::tools;
use actors_harness::worker::Worker;
use actors_harness::workerd::Server;

#[test]
fn two_who_open_the_chat_see_each_other() {
    run("chat");
}

#[test]
fn who_signs_in_on_two_devices_signs_out_on_both() {
    run("session");
}

#[test]
fn who_watches_the_queue_sees_it_moving() {
    run("task_queue");
}

/// Does what the script says.
fn run(script: &str) {
    let browser = tools::ensure_browser().expect("a browser");
    let examples = Worker::from_crate(&root().join("actors-examples")).expect("the examples build");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("browser")
        .join(script);
    let _ = fs::remove_dir_all(&folder);
    let server = Server::start(&[examples], &folder, None).expect("workerd starts");
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let output = Command::new("node")
        .arg(scripts.join(script).with_extension("mjs"))
        .arg(&browser.modules)
        .arg(&browser.chromium)
        .arg(server.url())
        .arg(&folder)
        .envs(browser.env)
        .output()
        .expect("node starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}\n{}", server.log());
    eprintln!("screenshots: {}", folder.display());
}

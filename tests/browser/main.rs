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
    let browser = tools::ensure_browser().expect("a browser");
    let examples = Worker::from_crate(&root().join("actors-examples")).expect("the examples build");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let _ = fs::remove_dir_all(&folder);
    let server = Server::start(&[examples], &folder, None).expect("workerd starts");
    let output = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/chat.mjs"))
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

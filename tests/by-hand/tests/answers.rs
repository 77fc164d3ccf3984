//! Who writes the fetch handler of a Worker by hand calls actors from it.

use std::path::Path;

use actors_harness::miniflare::Miniflare;

#[test]
fn a_handler_by_hand_calls_an_actor_that_may_not_wake() {
    let server = Miniflare::start(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("miniflare starts");
    let get = |path: &str| {
        let response = ureq::get(format!("{}{path}", server.url())).call();
        response
            .expect("a response")
            .body_mut()
            .read_to_string()
            .expect("a body")
    };
    assert_eq!(get("/a"), "/a 2");
    assert_eq!(get("/a"), "/a 4");
    assert_eq!(get("/b"), "/b 2");
    assert_eq!(
        get("/unbound"),
        "the Worker has no secret `KEY`: set it with `wrangler secret put KEY`, or in .dev.vars for \
         `wrangler dev`; the variable `LIMIT`: invalid digit found in string"
    );
}

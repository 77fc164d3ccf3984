//! The agent under `cargo test`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use actors_core::prelude::*;
use actors_core::testing::{Client, Search, World};
use actors_examples::code_agent::{
    Archive, CodeAgent, Conversation, Deployed, Deployment, Event, Phase, Who,
};
use serde_json::Value;

type Agent = <CodeAgent as Actor>::Stub;

fn agent(world: &World) -> Agent {
    world.get::<CodeAgent>("a")
}

fn begin(world: &World, text: &str) -> u64 {
    world
        .run(agent(world).begin(text.into()))
        .expect("it begins")
}

fn say(world: &World, id: u64, text: &str) {
    world
        .run(agent(world).say(id, text.into()))
        .expect("it is said");
}

fn conversation(world: &World, id: u64) -> Conversation {
    world
        .run(agent(world).conversation(id))
        .expect("it is there")
        .0
}

fn file(world: &World, id: u64, version: u32, path: &str) -> Option<String> {
    let files = world.run(agent(world).version(id, version));
    files.expect("files").remove(path)
}

fn deployments(world: &World, id: u64) -> Vec<u32> {
    let place = world.get::<Deployment>(&format!("{id}@a"));
    let deployed = world.run(place.deployments()).expect("deployments");
    deployed
        .into_iter()
        .map(|Deployed { version, .. }| version)
        .collect()
}

fn watch(world: &World, id: u64, from: u64) -> Client<'_> {
    let request = http::Request::get(format!("/agents/a/ws?conversation={id}&from={from}"));
    let client = world.connect_with::<CodeAgent>("a", request.body(()).expect("a request"));
    client.unwrap_or_else(|response| panic!("refused: {}", response.status()))
}

/// What a watcher is told, with the cursors.
fn told(client: &Client<'_>) -> Vec<(u64, Event)> {
    let mut events = Vec::new();
    while let Some(message) = client.receive::<Value>() {
        let message = message.expect("JSON");
        let cursor = message["cursor"].as_u64().expect("a cursor");
        let event = serde_json::from_value(message["value"].clone());
        events.push((cursor, event.expect("an event")));
    }
    events
}

fn phases(events: &[(u64, Event)]) -> Vec<Phase> {
    let phases = events.iter().filter_map(|(_, event)| match event {
        Event::Phase { phase, .. } => Some(*phase),
        _ => None,
    });
    phases.collect()
}

/// The answers that count, as one who watches has them in the end.
fn answers(events: &[(u64, Event)]) -> Vec<String> {
    let (mut answers, mut now) = (Vec::new(), String::new());
    for (_, event) in events {
        match event {
            Event::Asked { .. } | Event::Void { .. } => now.clear(),
            Event::Words { text } => now.push_str(text),
            Event::Answered {} => answers.push(std::mem::take(&mut now)),
            _ => {}
        }
    }
    answers
}

/// What a generation that is not disturbed goes through: the review finds something once.
const PHASES: [Phase; 7] = [
    Phase::Plan,
    Phase::Generate,
    Phase::Review,
    Phase::Generate,
    Phase::Review,
    Phase::Deploy,
    Phase::Done,
];

#[test]
fn a_wish_becomes_a_page() {
    let world = World::new();
    let id = begin(&world, "Count <clicks>");
    assert_eq!(conversation(&world, id).phase, Phase::Plan);
    let early = watch(&world, id, 0);
    world.advance(minutes(1));
    let conversation = conversation(&world, id);
    assert_eq!(
        (conversation.phase, conversation.live),
        (Phase::Done, Some(1))
    );
    let events = told(&early);
    assert_eq!(phases(&events), PHASES);
    let answers = answers(&events);
    assert_eq!(
        answers.len(),
        7,
        "a plan, three files, a review, a file, a review"
    );
    assert!(answers[0].contains("- index.html\n- style.css\n- app.js\n"));
    assert_eq!(
        Some(&answers[1]),
        file(&world, id, 1, "index.html").as_ref()
    );
    assert!(answers[1].contains("Count &lt;clicks>"));
    assert!(file(&world, id, 1, "app.js").unwrap().contains("onclick"));
    assert_eq!(deployments(&world, id), [1]);
    let (_, lines) = world.run(agent(&world).conversation(id)).unwrap();
    let who: Vec<_> = lines.iter().map(|line| line.who).collect();
    assert_eq!(who, [Who::User, Who::Model, Who::Model, Who::Model]);

    // Who comes late is told the same, and who comes again the rest.
    assert_eq!(told(&watch(&world, id, 0)), events);
    assert_eq!(told(&watch(&world, id, 20)), events[20..]);
    assert_eq!(told(&watch(&world, id, events.len() as u64)), []);
}

#[test]
fn what_is_deployed_is_served() {
    let world = World::new();
    let id = begin(&world, "A page");
    world.advance(minutes(1));
    let get = |path: &str| {
        let path = format!("/deployed/{id}@a/{path}");
        let request = http::Request::get(path).body(()).unwrap();
        let response = world
            .request::<Deployment>(&format!("{id}@a"), request)
            .unwrap();
        let kind = response.headers().get("content-type").cloned();
        let kind = kind.map(|kind| kind.to_str().unwrap().to_owned());
        (response.status().as_u16(), kind.unwrap_or_default())
    };
    assert_eq!(get("index.html"), (200, "text/html; charset=utf-8".into()));
    assert_eq!(
        get("app.js"),
        (200, "text/javascript; charset=utf-8".into())
    );
    assert_eq!(get("no.css").0, 404);
}

#[test]
fn what_is_said_in_the_middle_is_heard() {
    for phase in [Phase::Plan, Phase::Generate, Phase::Review, Phase::Done] {
        let world = World::new();
        let id = begin(&world, "A page");
        while conversation(&world, id).phase != phase {
            world.advance(Duration::from_millis(10));
        }
        say(&world, id, "and a readme.md");
        world.advance(minutes(1));
        let conversation = conversation(&world, id);
        assert_eq!(conversation.phase, Phase::Done, "{phase:?}");
        let version = conversation.live.expect("a version");
        assert_eq!(
            version,
            1 + u32::from(phase == Phase::Done),
            "{phase:?}: nothing else is kept"
        );
        let readme = file(&world, id, version, "readme.md").expect("the readme");
        assert!(
            readme.contains("A page\nand a readme.md"),
            "{phase:?}: {readme}"
        );
        assert_eq!(deployments(&world, id).last(), Some(&version));
    }
}

#[test]
fn a_generation_is_cancelled_and_leaves_no_version() {
    let world = World::new();
    let id = begin(&world, "A page");
    let watcher = watch(&world, id, 0);
    world.advance(Duration::from_millis(700));
    assert_eq!(conversation(&world, id).phase, Phase::Generate);
    say(&world, id, "no, not that");
    world.run(agent(&world).cancel(id)).unwrap();
    world.advance(seconds(1));
    let cancelled = conversation(&world, id);
    assert_eq!((cancelled.phase, cancelled.live), (Phase::Cancelled, None));
    assert_eq!(
        phases(&told(&watcher)),
        [Phase::Plan, Phase::Generate, Phase::Cancelled]
    );
    let again = world.run(agent(&world).cancel(id)).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    assert_eq!(deployments(&world, id), [0; 0]);

    say(&world, id, "better this");
    world.advance(minutes(1));
    assert_eq!(conversation(&world, id).live, Some(1));
}

/// What is said after the cancel, while the task is still ending, is not lost.
#[test]
fn what_is_said_after_a_cancel_begins_anew() {
    let world = World::new();
    let id = begin(&world, "A page");
    world.advance(Duration::from_millis(700));
    world
        .run(async {
            let agent = agent(&world);
            agent.cancel(id).await?;
            agent.say(id, "with a new.txt".into()).await
        })
        .unwrap();
    world.advance(minutes(1));
    assert_eq!(conversation(&world, id).phase, Phase::Done);
    assert!(file(&world, id, 1, "new.txt").is_some());
}

#[test]
fn an_earlier_version_is_deployed_again_and_built_upon() {
    let world = World::new();
    let id = begin(&world, "A page");
    world.advance(minutes(1));
    say(&world, id, "and a readme.md");
    world.advance(minutes(1));
    assert_eq!(conversation(&world, id).live, Some(2));
    let roll_back = |version| world.run(agent(&world).roll_back(id, version));
    assert_eq!(roll_back(3).unwrap_err().kind(), ErrorKind::NotFound);
    roll_back(1).unwrap();
    assert_eq!(roll_back(1).unwrap_err().kind(), ErrorKind::Conflict);
    world.advance(seconds(1));
    assert_eq!(conversation(&world, id).live, Some(1));
    assert_eq!(deployments(&world, id), [1, 2, 1]);
    assert_eq!(file(&world, id, 1, "readme.md"), None);
    say(&world, id, "again");
    world.advance(minutes(1));
    assert_eq!(conversation(&world, id).live, Some(3));
}

#[test]
fn an_agent_that_is_lost_in_the_middle_goes_on() {
    let whole = World::new();
    let id = begin(&whole, "A page");
    whole.advance(minutes(1));
    let world = World::new();
    begin(&world, "A page");
    let watcher = watch(&world, id, 0);
    for number in 0..20 {
        world.advance(Duration::from_millis(300));
        match number % 2 {
            0 => world.evict_all(),
            _ => world.crash_all(),
        }
    }
    world.advance(minutes(10));
    drop(watcher);
    assert_eq!(deployments(&world, id), [1]);
    let files = |world: &World| world.run(agent(world).version(id, 1)).unwrap();
    assert_eq!(files(&world), files(&whole));
    let (events, expected) = (told(&watch(&world, id, 0)), told(&watch(&whole, id, 0)));
    assert_eq!(answers(&events), answers(&expected));
    assert_eq!(phases(&events), PHASES);
}

#[test]
fn old_conversations_are_forgotten_and_what_is_deployed_stays() {
    let world = World::new();
    let old = begin(&world, "A page");
    world.advance(days(20));
    let new = begin(&world, "Another");
    world.advance(days(12));
    let left = world.run(agent(&world).conversations()).unwrap();
    assert_eq!(left.iter().map(|left| left.id).collect::<Vec<_>>(), [new]);
    for table in ["lines", "files"] {
        let count = format!("SELECT COUNT(*) FROM {table} WHERE conversation = ?");
        assert_eq!(
            world.rows::<CodeAgent, u32>("a", &count, (old,)).unwrap(),
            [0]
        );
    }
    assert_eq!(deployments(&world, old), [1]);
    assert!(world.run(agent(&world).say(old, "hello?".into())).is_err());
}

#[test]
fn an_agent_that_ends_hands_over_what_it_knew() {
    let world = World::new();
    let id = begin(&world, "A page");
    world.advance(minutes(1));
    begin(&world, "Another");
    world.advance(seconds(1));
    let archive = world.run(agent(&world).close()).unwrap();
    let Archive {
        conversations,
        lines,
        files,
    } = archive;
    assert_eq!((conversations.len(), lines.len(), files.len()), (2, 6, 3));
    world.advance(minutes(10));
    assert_eq!(world.run(agent(&world).conversations()), Ok(vec![]));
    assert_eq!(deployments(&world, id), [1]);
}

#[test]
fn what_cannot_be_is_refused() {
    let world = World::new();
    let refused = |result: Result<u64>| result.unwrap_err().kind();
    for text in [String::new(), "  ".into(), "x".repeat(9_000)] {
        let begun = world.run(agent(&world).begin(text));
        assert_eq!(refused(begun), ErrorKind::InvalidArgument);
    }
    assert_eq!(world.run(agent(&world).conversations()), Ok(vec![]));
    let said = world.run(agent(&world).say(7, "hello".into())).map(|()| 0);
    assert_eq!(refused(said), ErrorKind::NotFound);
}

/// What the search knows: what was said and acknowledged.
type Said = RefCell<Vec<(u64, String)>>;

/// There is a version, and the user begins, says and rolls back.
fn scenario() -> Search<Said> {
    Search::<Said>::new()
        .world(|world, _| {
            begin(&world, "one.txt");
            world.advance(minutes(1));
            world
        })
        .lose_answers()
        .step("begin", async |run| {
            let begun = run.get::<CodeAgent>("a").begin("one.txt".into()).await;
            if let Ok(id) = begun {
                run.model().borrow_mut().push((id, "one.txt".into()));
            }
        })
        .step("say", async |run| {
            let text = format!("{}.txt", run.model().borrow().len());
            if run.get::<CodeAgent>("a").say(1, text.clone()).await.is_ok() {
                run.model().borrow_mut().push((1, text));
            }
        })
        .step("roll back", async |run| {
            let _ = run.get::<CodeAgent>("a").roll_back(1, 1).await;
        })
}

/// What every conversation has come to when all is quiet.
fn quiet(world: &World) -> Result<Vec<Conversation>, String> {
    world.advance(hours(3));
    let all = world.run(agent(world).conversations());
    all.map_err(|error| error.to_string())
}

fn checked(search: Search<Said>) -> Search<Said> {
    search
        .invariant("what was said is heard", |world, said| {
            for conversation in quiet(world)? {
                let (_, lines) = world
                    .run(agent(world).conversation(conversation.id))
                    .unwrap();
                let user = lines.iter().filter(|line| line.who == Who::User);
                let heard = user.clone().all(|line| line.id <= conversation.heard);
                let told = said.borrow();
                let mut own = told.iter().filter(|(id, _)| *id == conversation.id);
                let kept = own.all(|(_, text)| user.clone().any(|line| line.text == *text));
                if !heard || !kept {
                    return Err(format!("not all of {lines:?} is: {conversation:?}"));
                }
            }
            Ok(())
        })
        .invariant(
            "one phase leads to the next, and the last one is a rest",
            |world, _| {
                for Conversation { id, phase, .. } in quiet(world)? {
                    let phases = phases(&told(&watch(world, id, 0)));
                    let rests = [Phase::Done, Phase::Cancelled];
                    if phases.last() != Some(&phase) || !rests.contains(&phase) {
                        return Err(format!("{phase:?} after {phases:?}"));
                    }
                    let wrong = phases.windows(2).find(|pair| pair[0] == pair[1]);
                    if let Some(wrong) = wrong {
                        return Err(format!("{wrong:?} in {phases:?}"));
                    }
                }
                Ok(())
            },
        )
        .invariant("each version is complete, and deployed once", |world, _| {
            for Conversation { id, live, .. } in quiet(world)? {
                let events = told(&watch(world, id, 0));
                let mut lives = Vec::new();
                for (_, event) in events {
                    match event {
                        Event::Version { version } => complete(world, id, version)?,
                        Event::Live { version } => lives.push(version),
                        _ => {}
                    }
                }
                let deployed = deployments(world, id);
                if deployed != lives || live != lives.last().copied() {
                    return Err(format!("{deployed:?} are deployed, {lives:?} were told"));
                }
            }
            Ok(())
        })
}

/// All of what a page has, and none of it older than the rest.
fn complete(world: &World, id: u64, version: u32) -> Result<(), String> {
    let file = |path| file(world, id, version, path).unwrap_or_default();
    let (page, text) = (file("index.html"), file("one.txt"));
    let all = text.lines().skip(2).all(|wish| page.contains(wish));
    match !text.is_empty() && all && file("app.js").contains("onclick") {
        true => Ok(()),
        false => Err(format!("version {version}: {page:?} {text:?}")),
    }
}

#[test]
fn whatever_crashes_all_is_heard_and_deployed_once() {
    checked(scenario()).runs(100).check();
}

#[test]
fn whatever_is_cancelled_it_is_at_rest_and_whole() {
    let search = scenario().step("cancel", async |run| {
        let _ = run.get::<CodeAgent>("a").cancel(1).await;
    });
    checked(search).runs(100).check();
}

/// One that deploys with a new key at each attempt.
#[actor]
pub struct Careless {}

#[actor]
impl Careless {
    /// Starts a deployment.
    pub fn deploy(&self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.tasks().publish().start().map(drop)
    }

    #[task]
    async fn publish(&self, ctx: &Ctx<Self>, run: &Run) -> Result<u64> {
        let publish = run.step_with("deploy", async |attempt| {
            let key = format!("{} {}", attempt.key, ctx.now().as_millis());
            let place = Deployment::get(ctx.env(), "1@a")?;
            place.publish(key, 1, Default::default()).await
        });
        publish.await
    }
}

#[test]
fn a_key_that_is_not_the_same_at_each_attempt_is_found_out() {
    let report = Search::<Cell<usize>>::new()
        .step("deploy", async |run| {
            if run.get::<Careless>("c").deploy().await.is_ok() {
                run.model().update(|count| count + 1);
            }
        })
        .invariant("each is deployed once", |world, count| {
            world.advance(hours(3));
            match (deployments(world, 1).len(), count.get()) {
                (deployed, asked) if deployed > asked => Err(format!("{deployed} of {asked}")),
                _ => Ok(()),
            }
        })
        .runs(2_000)
        .find()
        .expect("a fault");
    assert!(report.contains("each is deployed once"), "{report}");
}

/// A model over HTTP that does each of these in turn, and then answers.
fn remote(faults: Vec<&'static str>) -> (World, Rc<RefCell<Vec<Value>>>) {
    let asked = Rc::<RefCell<Vec<Value>>>::default();
    let (prompts, faults) = (asked.clone(), RefCell::new(faults));
    let world = World::new()
        .var("MODEL_URL", "https://model.example/v1/chat/completions")
        .var("MODEL_NAME", "large")
        .secret("MODEL_KEY", "key")
        .on_fetch("model.example", async move |request| {
            assert_eq!(request.headers()["authorization"], "Bearer key");
            let prompt: Value = serde_json::from_slice(&request.into_body().bytes().await?)?;
            let last = prompt["messages"].as_array().unwrap().last().unwrap();
            let question = last["content"].as_str().unwrap().to_owned();
            prompts.borrow_mut().push(prompt);
            let fault = {
                let mut faults = faults.borrow_mut();
                let first = (!faults.is_empty()).then(|| faults.remove(0));
                first.unwrap_or("none")
            };
            let answer = match question {
                q if q.contains("Which files") => "I will write one.\n\n- `ü.txt`\n- a/one.txt: it",
                q if q.contains("Write `") => "```text\nWörter 👋\n```",
                _ => "All is well.",
            };
            let part = |text: &str| {
                let part = serde_json::json!({ "choices": [{ "delta": { "content": text } }] });
                format!("data: {part}\n\n")
            };
            let parts: String = answer.split_inclusive(' ').map(part).collect();
            let text = match fault {
                "none" => format!(": hello\n\n{parts}data: [DONE]\n\n"),
                "breaks" => parts,
                "nonsense" => "data: {nonsense\n\n".to_owned(),
                "no files" => format!("{}data: [DONE]\n\n", part("no")),
                _ => String::new(),
            };
            // In pieces that have nothing to do with characters or lines.
            let (sender, body) = Body::channel();
            for piece in text.as_bytes().chunks(7) {
                sender.send(piece.to_vec())?;
            }
            let status = fault.parse().unwrap_or(200);
            Ok(http::Response::builder().status(status).body(body)?)
        });
    (world, asked)
}

#[test]
fn a_model_over_http_is_asked_in_the_common_form() {
    let (world, asked) = remote(vec![]);
    let id = begin(&world, "A text");
    world.advance(minutes(1));
    assert_eq!(
        file(&world, id, 1, "a/one.txt").as_deref(),
        Some("Wörter 👋\n")
    );
    assert_eq!(world.run(agent(&world).version(id, 1)).unwrap().len(), 1);
    let prompt = &asked.borrow()[1];
    assert_eq!(
        (&prompt["model"], &prompt["stream"]),
        (&"large".into(), &true.into())
    );
    let roles: Vec<_> = prompt["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["role"])
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(asked.borrow().len(), 3);
    let events = told(&watch(&world, id, 0));
    assert_eq!(answers(&events)[2], "All is well.");
}

#[test]
fn a_model_that_fails_is_asked_again_and_watchers_are_told() {
    let (world, asked) = remote(vec!["429", "breaks", "nonsense", "no files", "none", "500"]);
    let id = begin(&world, "A text");
    let watcher = watch(&world, id, 0);
    world.advance(minutes(10));
    assert_eq!(conversation(&world, id).phase, Phase::Done);
    assert_eq!(asked.borrow().len(), 8);
    let events = told(&watcher);
    let void = events.iter().filter_map(|(_, event)| match event {
        Event::Void { error } => Some(&**error),
        _ => None,
    });
    assert_eq!(
        void.collect::<Vec<_>>(),
        [
            "the model answered 429 Too Many Requests",
            "the model's answer broke off",
            "the model's answer can't be read",
            "the model's answer is none to this question",
            "the model answered 500 Internal Server Error",
        ]
    );
    assert_eq!(answers(&events).len(), 3);
}

#[test]
fn a_model_that_refuses_or_never_answers_is_a_failure_that_is_told() {
    for (faults, count, why) in [
        (vec!["401"], 1, "the model answered 401 Unauthorized"),
        (
            vec!["429"; 9],
            5,
            "the model answered 429 Too Many Requests",
        ),
    ] {
        let (world, asked) = remote(faults);
        let id = begin(&world, "A text");
        world.advance(hours(1));
        let failed = conversation(&world, id);
        assert_eq!(
            (failed.phase, failed.error.as_deref()),
            (Phase::Failed, Some(why))
        );
        assert_eq!(asked.borrow().len(), count);
        say(&world, id, "try again");
        world.advance(hours(1));
        assert_eq!(conversation(&world, id).error, None);
    }
}

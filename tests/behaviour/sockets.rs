//! Web sockets: typed messages, and what their senders are told.

use serde_json::{Value, json};

use crate::world::{World, on_both};

fn texts(messages: &[Value]) -> Vec<String> {
    messages.iter().map(Value::to_string).collect()
}

on_both! {
    fn a_message_goes_to_the_handler_of_its_type(world) {
        let messages = texts(&[
            json!({ "type": "say", "text": "hi" }),
            json!({ "type": "echo", "text": "ho", "times": 2 }),
            json!({ "text": "again", "type": "say" }),
        ]);
        let received = world.talk("attic", &messages, 4);
        assert_eq!(received, [
            json!({ "type": "said", "text": "hi", "number": 1 }),
            json!({ "type": "echo", "text": "ho" }),
            json!({ "type": "echo", "text": "ho" }),
            json!({ "type": "said", "text": "again", "number": 2 }),
        ]);
    }

    fn a_message_that_fails_is_told_to_its_sender_and_changes_nothing(world) {
        let messages = [
            "nonsense".to_owned(),
            "[1]".to_owned(),
            json!({ "text": "no type" }).to_string(),
            json!({ "type": "sing" }).to_string(),
            json!({ "type": "say" }).to_string(),
            json!({ "type": "say", "text": 5 }).to_string(),
            json!({ "type": "fail", "secret": false }).to_string(),
            json!({ "type": "fail", "secret": true }).to_string(),
            json!({ "type": "say", "text": "still here" }).to_string(),
        ];
        let received = world.talk("attic", &messages, messages.len());
        let told: Vec<_> = received.iter().map(|message| {
            let text = message["message"].as_str().unwrap_or_default();
            (message["kind"].as_str().unwrap_or_default(), text.split(':').next().unwrap_or_default())
        }).collect();
        assert_eq!(told[..8], [
            ("InvalidArgument", "a message is a JSON object"),
            ("InvalidArgument", "a message is a JSON object"),
            ("InvalidArgument", "a message has a `type`, which is text"),
            ("InvalidArgument", "there is no message of type `sing`"),
            ("InvalidArgument", "field `text` is missing"),
            ("InvalidArgument", "field `text`"),
            ("Forbidden", "not you"),
            ("Internal", "internal error"),
        ]);
        assert_eq!(received[8], json!({ "type": "said", "text": "still here", "number": 1 }));
    }
}

#[test]
fn an_upgrade_is_refused_to_other_origins_and_to_what_asks_for_none() {
    let World::Workerd(workerd) = World::in_workerd("upgrade") else {
        unreachable!()
    };
    let status = |headers: Value| workerd.talk("attic", &headers, &[], 0).0;
    assert_eq!(status(json!({ "upgrade": "none" })), 426);
    assert_eq!(
        status(json!({ "origin": "https://elsewhere.example" })),
        403
    );
}

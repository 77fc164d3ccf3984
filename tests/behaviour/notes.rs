//! The example `notes`: a router inside of an actor.

use serde_json::{Value, json};

use crate::world::{World, on_both};

fn ask(world: &World, method: &str, path: &str, body: &Value) -> (u16, String) {
    let path = format!("/notebooks/ann/notes{path}");
    let json = [("content-type", "application/json")];
    let response = world.request(method, &path, &json, &body.to_string());
    (response.status, response.body)
}

fn read(answer: &str) -> Value {
    serde_json::from_str(answer).expect("JSON")
}

on_both! {
    fn notes_are_added_read_and_removed(world) {
        let ask = |method, path: &str, body| ask(&world, method, path, &body);
        for text in ["milk", "bread"] {
            let (status, note) = ask("POST", "", json!({ "text": text }));
            assert_eq!((status, &read(&note)["text"]), (201, &json!(text)));
        }
        assert_eq!(read(&ask("GET", "/2", Value::Null).1)["text"], "bread");
        assert_eq!(ask("DELETE", "/1", Value::Null), (204, String::new()));
        let left = read(&ask("GET", "", Value::Null).1);
        assert_eq!((&left[0]["id"], left.as_array().map(Vec::len)), (&json!(2), Some(1)));
        let gone = (404, "there is no note 1".to_owned());
        assert_eq!(ask("GET", "/1", Value::Null), gone);
        assert_eq!(ask("DELETE", "/1", Value::Null), gone);
        assert_eq!(ask("POST", "", json!({ "text": "" })).0, 400);
        assert_eq!(ask("POST", "", json!({ "txt": "" })).0, 422, "says axum");
        assert_eq!(ask("GET", "/x", Value::Null).0, 400, "says axum");
        // The same methods are there for other actors.
        let list = world.object("NOTEBOOK", "ann").ask("list", json!([]));
        assert_eq!(list[0]["text"], "bread");
    }

    fn a_note_can_be_sent_to_another_notebook(world) {
        ask(&world, "POST", "", &json!({ "text": "milk" }));
        let (status, sent) = ask(&world, "POST", "/1/send/bob", &Value::Null);
        assert_eq!((status, &read(&sent)["text"]), (200, &json!("milk")));
        let list = world.object("NOTEBOOK", "bob").ask("list", json!([]));
        assert_eq!(list[0]["text"], "milk");
        assert_eq!(ask(&world, "POST", "/7/send/bob", &Value::Null).0, 404);
    }

    fn a_note_is_forgotten_after_its_time(world) {
        ask(&world, "POST", "", &json!({ "text": "milk", "keep_for": 1 }));
        ask(&world, "POST", "", &json!({ "text": "bread" }));
        let left = || read(&ask(&world, "GET", "", &Value::Null).1);
        world.until("the first is forgotten", || left()[0]["text"] == "bread");
    }
}

//! The native backend, driven with JSON as the driver in workerd is.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actors_core::testing::raw::Wire;
use actors_core::testing::{Image, Machine, World};
use actors_core::{Body, Bytes, Error, Request, http};
use actors_fixtures::caller::Caller;
use actors_fixtures::clockwork::{Clockwork, Metronome, Sundial};
use actors_fixtures::contained::{Bodiless, Contained, PORT};
use actors_fixtures::container::{Instance, Pool};
use actors_fixtures::crasher::Crasher;
use actors_fixtures::crossing::Crossing;
use actors_fixtures::deployed::{Versions14, Versions15, Versions16};
use actors_fixtures::doomed::Doomed;
use actors_fixtures::friend::Friend;
use actors_fixtures::keeper::Keeper;
use actors_fixtures::ledger::Ledger;
use actors_fixtures::meter::Meter;
use actors_fixtures::notes::Notebook;
use actors_fixtures::parlour::{Mirror, Parlour};
use actors_fixtures::queries::Queries;
use actors_fixtures::reader::Reader;
use actors_fixtures::room::Room;
use actors_fixtures::seedling::{Bare, Seedling};
use actors_fixtures::served::Served;
use actors_fixtures::shapes::Shapes;
use actors_fixtures::shuffled::Shuffled;
use actors_fixtures::shy::{Shy, ShyAsync};
use actors_fixtures::statements::Statements;
use actors_fixtures::tables::Tables;
use actors_fixtures::tasks::Labour;
use actors_fixtures::teller::Teller;
use actors_fixtures::till::{Customer, Till};
use actors_fixtures::undoing::Undoing;
use actors_fixtures::versions::{
    v1::Versions1, v2::Versions2, v3::Versions3, v4::Versions4, v5::Versions5, v6::Versions6,
    v7::Versions7, v8::Versions8, v9::Versions9, v10::Versions10, v11::Versions11, v12::Versions12,
    v13::Versions13,
};
use actors_fixtures::web::Web;
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::world::{Call, Failure, Response};

/// Says `$body` with the type of the actor that has the binding.
macro_rules! with_actor {
    ($binding:expr, $actor:ident => $body:expr) => {
        with_actor!(@ $binding, $actor, $body, "BARE" Bare, "BODILESS" Bodiless, "CONTAINED" Contained, "INSTANCE" Instance, "POOL" Pool, "SEEDLING" Seedling, "CALLER" Caller, "CLOCKWORK" Clockwork,
            "CROSSING" Crossing, "METRONOME" Metronome, "CRASHER" Crasher, "DOOMED" Doomed, "FRIEND" Friend, "KEEPER" Keeper, "LABOUR" Labour, "LEDGER" Ledger, "METER" Meter, "MIRROR" Mirror, "PARLOUR" Parlour,
            "NOTEBOOK" Notebook,
            "QUERIES" Queries, "READER" Reader, "ROOM" Room, "SERVED" Served, "SHAPES" Shapes, "SHUFFLED" Shuffled, "SHY" Shy,
            "SHY_ASYNC" ShyAsync,
            "STATEMENTS" Statements, "SUNDIAL" Sundial, "TABLES" Tables, "TELLER" Teller, "CUSTOMER" Customer, "TILL" Till, "UNDOING" Undoing, "WEB" Web, "VERSIONS1" Versions1, "VERSIONS2" Versions2,
            "VERSIONS3" Versions3, "VERSIONS4" Versions4, "VERSIONS5" Versions5,
            "VERSIONS6" Versions6, "VERSIONS7" Versions7, "VERSIONS8" Versions8,
            "VERSIONS9" Versions9, "VERSIONS10" Versions10, "VERSIONS11" Versions11,
            "VERSIONS12" Versions12, "VERSIONS13" Versions13, "VERSIONS14" Versions14,
            "VERSIONS15" Versions15, "VERSIONS16" Versions16)
    };
    (@ $binding:expr, $actor:ident, $body:expr, $($name:literal $type:ty),*) => {
        match $binding {
            $($name => {
                type $actor = $type;
                $body
            })*
            other => panic!("no actor has the binding {other}"),
        }
    };
}

pub(crate) struct Native(World, Cell<usize>);

type Outcome = Result<Value, Failure>;
type Begun = Pin<Box<dyn Future<Output = Outcome>>>;

impl Native {
    pub(crate) fn new() -> Self {
        let settings = json!({ "places": 2, "check": 1, "idle": 3, "patience": 10, "back_off": 1 });
        let world = World::new().json("CONTAINER", &settings);
        let world = world
            .container::<Contained>(program())
            .container::<Instance>(program());
        Self(world, Cell::new(1))
    }

    pub(crate) fn crash(&self) {
        self.0.crash_all();
    }

    pub(crate) fn open_version(&self, version: usize) {
        let before = self.1.replace(version);
        with_actor!(&*format!("VERSIONS{before}"), Old => {
            with_actor!(&*format!("VERSIONS{version}"), New => {
                self.0.hand_over::<Old, New>();
            })
        });
    }

    /// The binding of the version that is open, in the place of that of any.
    fn binding(&self, binding: &str) -> String {
        match binding {
            "VERSIONS" => format!("VERSIONS{}", self.1.get()),
            other => other.to_owned(),
        }
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.0.advance(span);
    }

    pub(crate) fn call(&self, call: &Call) -> Outcome {
        self.0.run(self.begin(call))
    }

    pub(crate) fn together(&self, calls: &[Call]) -> Vec<Outcome> {
        let mut begun: Vec<Begun> = calls.iter().map(|call| self.begin(call)).collect();
        let mut outcomes: Vec<Option<Outcome>> = calls.iter().map(|_| None).collect();
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..400 {
            self.0.run_until_idle();
            for (call, outcome) in begun.iter_mut().zip(&mut outcomes) {
                if outcome.is_none()
                    && let Poll::Ready(value) = call.as_mut().poll(&mut cx)
                {
                    *outcome = Some(value);
                }
            }
            if outcomes.iter().all(Option::is_some) {
                break;
            }
            self.0.advance(Duration::from_millis(25));
        }
        let all = outcomes.into_iter().collect::<Option<_>>();
        all.unwrap_or_else(|| panic!("no answer\n{}", self.0.story().join("\n")))
    }

    /// Makes a call that nobody waits for.
    pub(crate) fn leave(&self, call: &Call) {
        drop(self.begin(call));
        self.0.run_until_idle();
    }

    fn begin(&self, call: &Call) -> Begun {
        let values = call
            .values
            .as_array()
            .expect("a list")
            .iter()
            .map(decode)
            .collect();
        let answer: Pin<Box<dyn Future<Output = _>>> = with_actor!(&*self.binding(call.binding), Actor => {
            Box::pin(self.0.call_raw::<Actor>(&call.name, &call.method, values))
        });
        Box::pin(async move {
            answer.await.map(encode).map_err(|error| Failure {
                name: error.kind().to_string(),
                message: error.to_string(),
                retryable: error.is_retryable(),
            })
        })
    }

    pub(crate) fn sql(&self, binding: &str, name: &str, statement: &str) -> Value {
        let rows =
            with_actor!(&*self.binding(binding), Actor => self.0.sql_raw::<Actor>(name, statement));
        let row = |row: Vec<Wire>| row.into_iter().map(encode).collect::<Value>();
        rows.expect("a right statement")
            .into_iter()
            .map(row)
            .collect()
    }

    pub(crate) fn alarm(&self, binding: &str, name: &str) -> Option<i64> {
        with_actor!(&*self.binding(binding), Actor => self.0.alarm::<Actor>(name))
            .map(|alarm| alarm.as_millis())
    }

    pub(crate) fn alarm_counts(&self, binding: &str, name: &str) -> (u64, u64) {
        with_actor!(&*self.binding(binding), Actor => self.0.alarm_counts::<Actor>(name))
    }

    pub(crate) fn lose_alarm(&self, binding: &str, name: &str) {
        with_actor!(&*self.binding(binding), Actor => self.0.lose_alarm::<Actor>(name));
    }

    pub(crate) fn ring_now(&self, binding: &str, name: &str, statement: &str) {
        self.sql(binding, name, statement);
        with_actor!(&*self.binding(binding), Actor => self.0.ring_now::<Actor>(name));
        self.0.run_until_idle();
    }

    pub(crate) fn evict(&self) {
        self.0.evict_all();
    }

    /// A web socket at `/rooms/{name}/ws` and the like, without an entry.
    pub(crate) fn upgrade(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Client<'_>, Response> {
        let host = "actors.example";
        let mut request = http::Request::builder().uri(format!("http://{host}{path}"));
        for (name, value) in headers {
            request = request.header(*name, value.replace("{host}", host));
        }
        let request = request.body(()).expect("a request");
        let mut parts = path.split('/').skip(1);
        let (kind, name) = (parts.next(), parts.next().unwrap_or_default());
        let opened = match kind {
            Some("rooms") => self.0.connect_with::<Room>(name, request),
            Some("parlours") => self.0.connect_with::<Parlour>(name, request),
            Some("mirrors") => self.0.connect_with::<Mirror>(name, request),
            Some("served") => self.0.connect_with::<Served>(name, request),
            Some("friends") => self.0.connect_with::<Friend>(name, request),
            Some("labours") => self.0.connect_with::<Labour>(name, request),
            Some("tellers") => self.0.connect_with::<Teller>(name, request),
            Some("readers") => self.0.connect_with::<Reader>(name, request),
            Some("undoing") => self.0.connect_with::<Undoing>(name, request),
            _ => panic!("no sockets at {path}"),
        };
        opened
            .map(Client::Native)
            .map_err(|refusal| self.read(refusal))
    }

    /// A request for `/web/{name}` and the like, without an entry.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let answer = self.run_request(method, path, headers, body);
        let Ok(response) = answer else {
            // workerd answers 500 when an object throws.
            return Response {
                status: 500,
                retry_after: None,
                body: String::new(),
            };
        };
        self.read(response)
    }

    /// The body of a response, as it comes.
    pub(crate) fn stream(&self, path: &str, headers: &[(&str, &str)]) -> Body {
        let response = self.run_request("GET", path, headers, "");
        response.expect("a response").into_body()
    }

    /// The next part of a body, if there is one now.
    pub(crate) fn next_part(&self, body: &mut Body) -> Option<String> {
        let part = self.next_of(body).expect("a body");
        part.map(|part| String::from_utf8_lossy(&part).into_owned())
    }

    pub(crate) fn next_of(&self, body: &mut Body) -> actors_core::Result<Option<Bytes>> {
        self.0.run(body.chunk())
    }

    fn run_request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> actors_core::Result<http::Response<Body>> {
        let mut parts = path.split(['/', '?']).skip(1);
        let (kind, name) = (parts.next(), parts.next().unwrap_or_default());
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_owned()).expect("a right request");
        match kind {
            Some("web") => self.0.request::<Web>(name, request),
            Some("served") => self.0.request::<Served>(name, request),
            Some("tellers") => self.0.request::<Teller>(name, request),
            Some("notebooks") => self.0.request::<Notebook>(name, request),
            Some("contained") => self.0.request::<Contained>(name, request),
            Some("containers") => self.0.request::<Instance>(name, request),
            _ => panic!("no requests at {path}"),
        }
    }

    fn read(&self, response: http::Response<Body>) -> Response {
        let status = response.status().as_u16();
        let body = self.0.run(response.into_body().bytes()).expect("a body");
        Response {
            status,
            retry_after: None,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

/// What `program.js` of the example `container` does.
fn program() -> Image {
    let is_sick = Rc::new(RefCell::new(Vec::<Machine>::new()));
    let answer = async move |machine: Machine, request: Request| {
        let url = request.uri().clone();
        let is_it = |sick: &Machine| *sick == machine;
        let (status, body) = match url.path() {
            _ if request.headers().contains_key("upgrade") => (101, String::new()),
            "/health" if is_sick.borrow().iter().any(is_it) => (500, String::new()),
            "/health" => (200, r#"{"open":0}"#.to_owned()),
            "/moved" => (302, String::new()),
            "/sick" => {
                is_sick.borrow_mut().push(machine);
                (200, "not well any more".to_owned())
            }
            "/exit" => {
                let code = url.query().and_then(|query| query.strip_prefix("code="));
                machine.exit(code.map_or(1, |code| code.parse().expect("a number")));
                return Err(Error::internal("it has ended"));
            }
            path => {
                let greeting = machine.options().env.get("GREETING");
                let greeting = greeting.map_or("hello", |greeting| greeting);
                (200, format!("{greeting} from {path}"))
            }
        };
        let mut response = http::Response::new(body);
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        Ok(response)
    };
    let over_tcp = async |_machine, incoming: Body| {
        let asked = incoming.bytes().await?;
        assert!(asked.starts_with(b"GET /health "));
        Ok("HTTP/1.1 200 OK\r\n\r\n{\"open\":0}")
    };
    let on_signal = |machine: &Machine, number| match number {
        15 => machine.exit(0),
        number => machine.exit(128 + i32::from(number)),
    };
    let image = Image::new()
        .name("node:24")
        .http(PORT, answer)
        .tcp(PORT, over_tcp);
    image
        .starts_in(Duration::from_millis(50))
        .on_signal(on_signal)
}

/// As the driver's `decode`.
fn decode(value: &Value) -> Wire {
    match value {
        Value::Null => Wire::Null,
        Value::Bool(flag) => Wire::Bool(*flag),
        Value::Number(number) => Wire::Number(number.as_f64().expect("a number")),
        Value::String(text) => Wire::Text(text.clone()),
        Value::Array(values) => Wire::List(values.iter().map(decode).collect()),
        Value::Object(fields) => tagged(fields).unwrap_or_else(|| {
            Wire::Object(
                fields
                    .iter()
                    .map(|(key, value)| (key.clone(), decode(value)))
                    .collect(),
            )
        }),
    }
}

fn tagged(fields: &Map<String, Value>) -> Option<Wire> {
    let value = &fields.get("value").unwrap_or(&Value::Null);
    Some(match fields.get("$")?.as_str()? {
        "undefined" => Wire::Undefined,
        "number" => Wire::Number(match value.as_str()? {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => f64::NAN,
        }),
        "bigint" => Wire::BigInt(value.as_str()?.parse().ok()?),
        "date" => Wire::Date(value.as_f64()?),
        "bytes" => Wire::Bytes(
            value
                .as_array()?
                .iter()
                .map(|byte| byte.as_u64().unwrap() as u8)
                .collect(),
        ),
        _ => return None,
    })
}

/// As the driver's `encode`.
fn encode(wire: Wire) -> Value {
    match wire {
        Wire::Undefined => json!({ "$": "undefined" }),
        Wire::Null => Value::Null,
        Wire::Bool(flag) => flag.into(),
        Wire::Number(number) if number == number as i64 as f64 => (number as i64).into(),
        Wire::Number(number) if number.is_finite() => number.into(),
        Wire::Number(number) if number.is_nan() => json!({ "$": "number", "value": "NaN" }),
        Wire::Number(number) => {
            json!({ "$": "number", "value": if number > 0.0 { "Infinity" } else { "-Infinity" } })
        }
        Wire::BigInt(integer) => json!({ "$": "bigint", "value": integer.to_string() }),
        Wire::Text(text) => text.into(),
        Wire::Date(millis) => json!({ "$": "date", "value": millis as i64 }),
        Wire::Bytes(bytes) => json!({ "$": "bytes", "value": bytes }),
        Wire::List(values) => values.into_iter().map(encode).collect(),
        Wire::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| (key, encode(value)))
                .collect(),
        ),
        Wire::Other(what) => json!({ "$": "instance", "value": what }),
    }
}

//! A thousand operations, in workerd and natively: the same answers, rows and alarms.

use serde_json::{Value, json};

use crate::world::{Failure, World};

const OPERATIONS: u32 = 1_000;
const SEED: u64 = 20_261_123;

enum Operation {
    Call(&'static str, &'static str, &'static str, Value),
    Crash,
}

/// The same ones for the same seed.
fn operations() -> impl Iterator<Item = Operation> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    (0..OPERATIONS).map(move |_| operation(&mut rng))
}

fn operation(rng: &mut fastrand::Rng) -> Operation {
    let object = ["a", "b"][rng.usize(..2)];
    let name = format!("n{}", rng.u32(..30));
    let end = ["ok", "ok", "ok", "ok", "err", "err", "panic", "nonsense"][rng.usize(..8)];
    let booking = json!([name, rng.i32(-9..99), end]);
    let far = rng.u64(3_600_000..9_000_000);
    let key = [json!(null), json!(name)][rng.usize(..2)].clone();
    let number =
        [json!(5), json!(-5), json!(0.5), json!("5"), json!(1e300)][rng.usize(..5)].clone();
    match rng.u32(..100) {
        0..30 => Operation::Call("LEDGER", object, "book", booking),
        30..40 => Operation::Call("LEDGER", object, "book_before_await", booking),
        40..50 => Operation::Call("LEDGER", object, "book_after_await", booking),
        50..55 => Operation::Call("LEDGER", object, "book_nested", json!([name, "inner"])),
        55..65 => Operation::Call("LEDGER", object, "state", json!([])),
        65..68 => Operation::Call("LEDGER", object, "helpers", json!([])),
        68..70 => Operation::Call("LEDGER", object, "spoil", json!([])),
        70..80 => Operation::Call("CLOCKWORK", object, "set", json!([name, far, key])),
        80..84 => Operation::Call("CLOCKWORK", object, "cancel", json!([])),
        84..88 => Operation::Call("CROSSING", object, "add_slowly", json!([])),
        88..97 => {
            let values = json!([number, number, number, true, null]);
            Operation::Call("SHAPES", object, "take", values)
        }
        97..99 => Operation::Call("SHAPES", object, "calls", json!([])),
        _ => Operation::Crash,
    }
}

/// What a run answered, and what it left.
fn run(mut world: World) -> (Vec<Result<Value, Failure>>, Vec<Value>) {
    let mut answers = Vec::new();
    for operation in operations() {
        match operation {
            Operation::Crash => world.crash(),
            Operation::Call(binding, object, method, values) => {
                answers.push(world.object(binding, object).call(method, values));
            }
        }
    }
    let left = ["a", "b"].iter().flat_map(|object| {
        let ledger = world.object("LEDGER", object);
        let clockwork = world.object("CLOCKWORK", object);
        // Wakes them, should the last operation have been a crash.
        ledger.ask("state", json!([]));
        clockwork.ask("rung", json!([]));
        let alarms = "SELECT id, handler, payload, key, every, declared, attempts, error \
                      FROM _actors_alarms ORDER BY id";
        [
            ledger.sql("SELECT * FROM entries ORDER BY name"),
            ledger.sql("SELECT * FROM _actors"),
            ledger.sql(alarms),
            ledger.alarm().is_some().into(),
            clockwork.sql("SELECT * FROM _actors"),
            clockwork.sql(alarms),
            clockwork.alarm().is_some().into(),
        ]
    });
    let left = left.collect();
    (answers, left)
}

#[test]
fn a_thousand_operations_come_to_the_same_on_both_backends() {
    let (in_workerd, left_in_workerd) = run(World::in_workerd("parity"));
    let (natively, left_natively) = run(World::native());
    for (index, (ours, theirs)) in natively.iter().zip(&in_workerd).enumerate() {
        assert_eq!(ours, theirs, "answer {index} of seed {SEED}");
    }
    assert_eq!(natively.len(), in_workerd.len());
    assert_eq!(left_natively, left_in_workerd, "seed {SEED}");
    let failures = natively.iter().filter(|answer| answer.is_err()).count();
    assert!(
        failures > 100 && failures < 600,
        "{failures} of {} failed",
        natively.len()
    );
}

/// A value as the driver describes it: what JSON has no form for as `{"$": kind, value}`.
fn value(rng: &mut fastrand::Rng, depth: u32) -> Value {
    let text = |rng: &mut fastrand::Rng| {
        let parts = [
            "",
            "a",
            "ä",
            "🦀",
            "__proto__",
            "\0",
            "日本",
            "constructor",
            "\"",
            "\n",
        ];
        let parts = (0..rng.usize(..3)).map(|_| parts[rng.usize(..parts.len())]);
        parts.collect::<String>()
    };
    let tagged = |kind: &str, value: Value| json!({"$": kind, "value": value});
    match rng.u8(..if depth < 5 { 15 } else { 10 }) {
        0 => json!(null),
        1 => json!(rng.bool()),
        2 => json!(rng.i32(..)),
        3 => json!(f64::from(rng.i32(..)) / 1_024.0),
        4 => [
            json!(1e300),
            json!(5e-324),
            json!(9_007_199_254_740_993_i64),
        ][rng.usize(..3)]
        .clone(),
        5 => tagged(
            "number",
            json!(["NaN", "Infinity", "-Infinity"][rng.usize(..3)]),
        ),
        6 => tagged("bigint", json!(rng.i128(..).to_string())),
        7 => tagged(
            "date",
            json!(rng.i64(-8_640_000_000_000_000..=8_640_000_000_000_000)),
        ),
        8 => tagged(
            "bytes",
            json!((0..rng.usize(..4)).map(|_| rng.u8(..)).collect::<Vec<_>>()),
        ),
        9 => tagged("undefined", json!(null)),
        10..12 => (0..rng.usize(..4)).map(|_| value(rng, depth + 1)).collect(),
        12 if depth == 0 => {
            // As deep as the harness reads.
            (0..rng.u32(100..120)).fold(json!(1), |inner, _| json!([inner]))
        }
        _ => {
            let fields = (0..rng.usize(..4)).map(|_| (text(rng), value(rng, depth + 1)));
            Value::Object(fields.collect())
        }
    }
}

#[test]
fn values_come_to_the_same_on_both_backends() {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let (workerd, native) = (World::in_workerd("values"), World::native());
    let mut refused = 0;
    for index in 0..1_500 {
        let values = json!([value(&mut rng, 0)]);
        let echo = |world: &World| world.object("METER", "a").call("any", values.clone());
        let (ours, theirs) = (echo(&native), echo(&workerd));
        assert_eq!(ours, theirs, "value {index} of seed {SEED}: {values}");
        refused += u32::from(ours.is_err());
    }
    assert!((100..1_400).contains(&refused), "{refused} are refused");
}

//! What is stored is read back, bit for bit, or refused when it is written.

use serde_json::{Value, json};

use crate::world::on_both;

const SEED: u64 = 20_261_126;

/// The bits of doubles, among them those that are known to be hard.
fn doubles() -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let edges = [
        117.63331139400017,
        -0.0,
        5e-324,
        f64::MAX,
        f64::MIN_POSITIVE,
        1e21,
        0.1,
    ];
    let random = std::iter::repeat_with(|| f64::from_bits(rng.u64(..)));
    let finite = random.filter(|double| double.is_finite()).take(2_000);
    edges
        .into_iter()
        .chain(finite)
        .map(|double| double.to_bits().to_string())
        .collect()
}

on_both! {
    fn a_double_is_kept_bit_for_bit(world) {
        let keeper = world.object("KEEPER", "a");
        let doubles = doubles();
        keeper.ask("keep", json!([doubles]));
        world.until("the alarm has run", || keeper.ask("kept", json!([]))[3] == json!(doubles));
        let singles = keeper.ask("singles", json!([]));
        world.crash();
        let keeper = world.object("KEEPER", "a");
        let kept = keeper.ask("kept", json!([]));
        for (way, kept) in kept.as_array().unwrap().iter().enumerate() {
            assert_eq!(*kept, json!(doubles), "way {way}, seed {SEED}");
        }
        assert_eq!(keeper.ask("singles", json!([])), singles);
    }

    fn integers_of_128_bits_are_kept(world) {
        let keeper = world.object("KEEPER", "a");
        keeper.ask("keep_extremes", json!([]));
        world.crash();
        let keeper = world.object("KEEPER", "a");
        let extremes = json!([u128::MAX.to_string(), i128::MIN.to_string()]);
        assert_eq!(keeper.ask("extremes", json!([])), extremes);
    }

    fn what_would_be_read_back_as_something_else_is_refused(world) {
        let keeper = world.object("KEEPER", "a");
        let cases = [
            ("field", "the persisted field `doubles` can't be stored"),
            ("map", "the persisted field `by_name` can't be stored"),
            ("some of none", "the persisted field `maybe` can't be stored"),
            ("untagged", "the persisted field `loose` can't be read"),
            ("alarm", "the arguments of the alarm `hear` can't be stored"),
            ("recurring", "the arguments of the alarm `hear` can't be stored"),
            ("column", "the value can't be stored as JSON"),
            ("nested column", "the value can't be stored as JSON"),
            ("wrapper", "the value can't be stored as JSON"),
            ("statement", "the value can't be stored as JSON"),
            ("text", "the value can't be stored as JSON"),
        ];
        for (what, why) in cases {
            let failure = keeper.refuse("spoil", json!([what]));
            assert!(failure.message.contains(why), "{what}: {failure:?}");
        }
        let tables = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('_actors_alarms', 'readings')";
        assert_eq!(keeper.sql(tables), json!([[0]]), "it has not begun to exist");
        assert_eq!(keeper.ask("kept", json!([])), Value::Array(Vec::new()));
    }
}

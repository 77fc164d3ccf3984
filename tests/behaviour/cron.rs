//! Cron expressions: the times that other implementations have computed.

use serde_json::{Value, json};

use crate::world::on_both;

/// A line of `cron_cases.tsv`.
struct Case {
    expression: &'static str,
    zone: &'static str,
    from: &'static str,
    next: Vec<&'static str>,
}

fn cases() -> Vec<Case> {
    let lines = include_str!("cron_cases.tsv").lines();
    let cases = lines.filter(|line| !line.starts_with('#')).map(|line| {
        let mut fields = line.split('\t');
        let mut field = || fields.next().expect("a case is whole");
        Case {
            expression: field(),
            zone: field(),
            from: field(),
            next: fields.collect(),
        }
    });
    cases.collect()
}

fn millis(time: &str) -> i64 {
    let time: chrono::DateTime<chrono::Utc> = time.parse().expect("a time in UTC");
    time.timestamp_millis()
}

on_both! {
    fn times_are_those_that_other_implementations_compute(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        let cases = cases();
        assert!(cases.len() > 300);
        let calls: Vec<_> = cases
            .iter()
            .map(|case| {
                let values = json!([case.expression, case.zone, millis(case.from)]);
                clockwork.describe("next_times", values)
            })
            .collect();
        let mut wrong = Vec::new();
        for (case, answer) in cases.iter().zip(world.together(&calls)) {
            let expected: Vec<_> = case.next.iter().map(|time| millis(time)).collect();
            if answer != Ok(json!(expected)) {
                let answer = answer.map(|times| times.as_array().unwrap().iter().map(readable).collect::<Vec<_>>());
                wrong.push(format!(
                    "{} in {} after {}: {:?} is not {answer:?}",
                    case.expression, case.zone, case.from, case.next
                ));
            }
        }
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    }

    fn what_is_nearly_an_expression_is_refused_not_misread(world) {
        let clockwork = world.object("CLOCKWORK", "a");
        for expression in [
            "", "* * * *", "0 0 0 1 1 * 2030", "60 * * * *", "* 24 * * *", "0 0 0 * *", "0 0 32 * *",
            "0 0 1 13 *", "0 0 * * 8", "0 0 * * 1#6", "0 0 * * 1#0", "0 0 15#2 * *", "0 0 * * 1W",
            "0 0 W * *", "0 0 1-5W * *", "0 0 L-3 * *", "0L * * * *", "5/15 * * * *", "*/0 * * * *",
            "10-5 * * * *", "0 0 * * FRI-MON", "-1 * * * *", "1.5 * * * *", "H * * * *", "@reboot",
            "0 0 1 JANUARY *", "a b c d e", "0 0 30 2 *", "0 0 31 4,6 *", "0 0 * * L",
        ] {
            let answer = clockwork.call("next_times", json!([expression, "UTC", 0]));
            let failure = answer.expect_err(expression);
            assert_eq!(failure.name, "InvalidArgument", "{expression}: {failure:?}");
        }
    }
}

fn readable(millis: &Value) -> String {
    let time = chrono::DateTime::from_timestamp_millis(millis.as_i64().expect("a number"));
    time.expect("a time").format("%FT%TZ").to_string()
}

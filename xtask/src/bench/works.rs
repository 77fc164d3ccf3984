//! What is measured, and of whom.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;

use super::{
    http,
    programs::{self, Who},
    report::{Measured, Report},
    stage::{Stage, items},
};

/// Works that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// Requests without many rows
    Http,
    /// A thousand rows or statements in a request
    Rows,
    /// Calls of methods
    Rpc,
    /// Objects that are new
    Objects,
    /// Many alarms
    Alarms,
    /// Web sockets
    Sockets,
    /// What starts: objects that wake, isolates
    Start,
    /// What is uploaded
    Size,
}

/// How often a work is measured.
#[derive(Clone, Copy, PartialEq)]
enum Effort {
    /// A round takes part of a second.
    Short,
    /// A round takes seconds.
    Long,
}

struct Work {
    group: Group,
    name: &'static str,
    unit: &'static str,
    effort: Effort,
    measure: fn(&mut Stage, Who) -> Result<Option<f64>>,
}

/// Its group, its name, its unit, how often it is measured, and how it is measured once.
const fn work(
    group: Group,
    name: &'static str,
    unit: &'static str,
    effort: Effort,
    measure: fn(&mut Stage, Who) -> Result<Option<f64>>,
) -> Work {
    Work {
        group,
        name,
        unit,
        effort,
        measure,
    }
}

#[rustfmt::skip]
const WORKS: [Work; 18] = {
    use Effort::{Long, Short};
    use Group::{Alarms, Http, Objects, Rows, Rpc, Sockets, Start};
    [
        work(Http, "HTTP: empty", "requests/s", Short, |stage, who| stage.load(who, "GET", "empty", "").map(Some)),
        work(Http, "HTTP: one upsert", "requests/s", Short, |stage, who| stage.upserts(who).map(Some)),
        work(Http, "HTTP: 10 KB of JSON in and out", "requests/s", Short, |stage, who| stage.load(who, "POST", "echo", &items()).map(Some)),
        work(Rows, "HTTP: 1,000 rows of 4 columns read and summed", "requests/s", Short, |stage, who| stage.load(who, "GET", "sum", "").map(Some)),
        work(Rows, "HTTP: 1,000 inserts", "requests/s", Short, |stage, who| stage.load(who, "POST", "insert", "").map(Some)),
        work(Rows, "HTTP: 1,000 inserts, ours by insert_all", "requests/s", Short, |stage, who| stage.insert_all(who).map(Some)),
        work(Rows, "HTTP: 1,000 statements of one row", "requests/s", Short, |stage, who| stage.load(who, "GET", "singles", "").map(Some)),
        work(Rpc, "RPC: empty", "calls/s", Short, |stage, who| stage.rpc(who, "empty")),
        work(Rpc, "RPC: one upsert", "calls/s", Short, |stage, who| stage.rpc(who, "upsert")),
        work(Rpc, "RPC: one row as an object", "calls/s", Short, |stage, who| stage.rpc(who, "row")),
        work(Rpc, "RPC: 100 objects of 4 fields there and back", "calls/s", Short, |stage, who| stage.rpc(who, "objects")),
        work(Objects, "first call of a new object, which stores a row", "objects/s", Short, |stage, who| stage.new_objects(who).map(Some)),
        work(Sockets, "web socket: answers to one", "messages/s", Short, |stage, who| stage.answers(who).map(Some)),
        work(Sockets, "web socket: broadcasts to 100", "messages/s", Short, |stage, who| stage.broadcasts(who).map(Some)),
        work(Alarms, "1,000 alarms scheduled", "ms", Short, |stage, who| stage.schedule(who).map(Some)),
        work(Alarms, "due alarms run", "alarms/s", Long, |stage, who| stage.due(who).map(Some)),
        work(Start, "cold wake, the schema as it was", "ms", Long, |stage, who| stage.wake(who).map(Some)),
        work(Start, "first answer of a fresh workerd", "ms", Short, |stage, who| stage.start_up(who).map(Some)),
    ]
};

/// Measures the works of a group, or all, and prints each as it is done.
pub(super) fn run(group: Option<Group>, is_quick: bool) -> Result<Report> {
    let is_wanted = |other| group.is_none_or(|group| group == other);
    let sizes = is_wanted(Group::Size).then(programs::sizes).transpose()?;
    let mut stage = Stage::open(is_quick)?;
    let ceiling = http::ceiling(Duration::from_millis(500))?;
    println!("the client that makes the load does {ceiling:.0} requests/s by itself\n");
    let mut report = Report::default();
    report.print_head();
    for work in WORKS.into_iter().filter(|work| is_wanted(work.group)) {
        stage.renew()?;
        report.print_and_add(work.run(&mut stage)?);
    }
    for (name, sizes) in sizes.unwrap_or_default() {
        let samples = sizes.map(|size| size.into_iter().collect());
        report.print_and_add(Measured::line(name, "KB", &samples));
    }
    Ok(report)
}

/// Where a work stands among the others; sizes come after all that is timed.
pub(super) fn place(name: &str) -> usize {
    let place = WORKS.iter().position(|work| work.name == name);
    place.unwrap_or(WORKS.len())
}

impl Work {
    /// Gives the programs their turns: one round after the other, each with all programs.
    fn run(&self, stage: &mut Stage) -> Result<Vec<Measured>> {
        let mut samples = [const { Vec::new() }; 4];
        for round in 0..=self.rounds(stage.is_quick) {
            for (who, samples) in Who::ALL.into_iter().zip(&mut samples) {
                let sample = (self.measure)(stage, who);
                let sample = sample.with_context(|| {
                    let (name, who, log) = (self.name, who.name(), stage.log());
                    format!("{name} of {who}; workerd wrote {log:?}")
                })?;
                // The first round is for the JIT compiler.
                if round > 0 {
                    samples.extend(sample);
                }
            }
        }
        Ok(Measured::line(self.name, self.unit, &samples))
    }

    /// How many rounds count.
    fn rounds(&self, is_quick: bool) -> usize {
        match (self.effort, is_quick) {
            (Effort::Long, true) => 3,
            (Effort::Long, false) => 5,
            (Effort::Short, true) => 9,
            (Effort::Short, false) => 15,
        }
    }
}

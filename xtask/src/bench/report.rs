//! What came of it: lines on the terminal, `target/bench/results.json`, and
//! `tests/bench/RESULTS.md`.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use actors_harness::{root, tools};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::programs::Who;

/// What is said of the numbers in `RESULTS.md`.
const ABOUT: &str = include_str!("about.md");

/// What a work came to with a program.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Measured {
    work: String,
    unit: String,
    program: String,
    median: f64,
    /// Half the distance of the quartiles, as a part of the median.
    spread: f64,
    /// The median of the rounds' ratios: above 1 is better than js, whatever the unit; none where
    /// js has no such thing.
    ratio_to_js: Option<f64>,
}

impl Measured {
    /// The results of a work, from what the rounds of each program came to.
    pub(super) fn line(work: &str, unit: &str, samples: &[Vec<f64>; 4]) -> Vec<Self> {
        let measured = Who::ALL.into_iter().zip(samples);
        let measured = measured.filter(|(_, samples)| !samples.is_empty());
        let measured = measured.map(|(who, rounds)| Self {
            work: work.to_owned(),
            unit: unit.to_owned(),
            program: who.name().to_owned(),
            median: quartile(rounds, 2),
            spread: (quartile(rounds, 3) - quartile(rounds, 1)) / 2.0 / quartile(rounds, 2),
            ratio_to_js: ratio(rounds, &samples[Who::Js as usize], unit.ends_with("/s")),
        });
        measured.collect()
    }

    fn shown(&self) -> String {
        let Self { median, spread, .. } = self;
        let median = match median {
            100.0.. => thousands(*median),
            10.0.. => format!("{median:.1}"),
            _ => format!("{median:.2}"),
        };
        let ratio = match self.ratio_to_js {
            Some(ratio) if ratio < 0.1 => format!(" ({ratio:.3})"),
            Some(ratio) => format!(" ({ratio:.2})"),
            None => String::new(),
        };
        match self.unit.as_str() {
            "KB" => format!("{median}{ratio}"),
            _ => format!("{median} ±{:.0}%{ratio}", spread * 100.0),
        }
    }
}

/// The second quartile is the median.
fn quartile(samples: &[f64], number: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) * number / 4]
}

/// The median of the ratios of the rounds, since what a round has in common with its neighbour is
/// how busy the machine is; none without rounds of js.
fn ratio(rounds: &[f64], js: &[f64], more_is_better: bool) -> Option<f64> {
    let ratios = rounds
        .iter()
        .zip(js)
        .map(|(round, js)| match more_is_better {
            true => round / js,
            false => js / round,
        });
    let ratios: Vec<_> = ratios.collect();
    (!ratios.is_empty()).then(|| quartile(&ratios, 2))
}

/// A whole number, with commas.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// The results of works, in their order.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Report(Vec<Measured>);

impl Report {
    pub(super) fn print_head(&self) {
        let [js, actors, workers_rs, ours] = Who::ALL.map(Who::name);
        println!("{:64}{js:<26}{actors:<26}{workers_rs:<26}{ours}", "");
    }

    /// Takes in the results of a work, and prints them.
    pub(super) fn print_and_add(&mut self, line: Vec<Measured>) {
        if let Some(Measured { work, unit, .. }) = line.first() {
            print!("{:64}", format!("{work} [{unit}]"));
            for cell in cells(&line) {
                print!("{cell:<26}");
            }
            println!();
        }
        self.0.extend(line);
    }

    /// Writes `results.json`, with each work in its place; works that are in it, and were not
    /// measured now, stay.
    pub(super) fn save(self, place: fn(&str) -> usize) -> Result<()> {
        let mut all = Self::load().unwrap_or_default();
        for new in self.0 {
            let is_same = |old: &&mut Measured| old.work == new.work && old.program == new.program;
            match all.0.iter_mut().find(is_same) {
                Some(old) => *old = new,
                None => all.0.push(new),
            }
        }
        all.0.sort_by_key(|measured| place(&measured.work));
        fs::write(json(), serde_json::to_string_pretty(&all)?)?;
        println!("\nwritten to {}", shown(&json()));
        Ok(())
    }

    fn load() -> Result<Self> {
        let text = fs::read_to_string(json()).context("run `cargo xtask bench` first")?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Writes `RESULTS.md` from `results.json`.
    pub(super) fn publish() -> Result<()> {
        let Self(results) = Self::load()?;
        let mut text = format!("{ABOUT}\n{}\n\n", machine()?);
        let names = Who::ALL.map(Who::name).join(" | ");
        writeln!(text, "| work | unit | {names} |\n|---|---|---|---|---|---|")?;
        for line in results.chunk_by(|one, next| one.work == next.work) {
            let (work, unit) = (&line[0].work, &line[0].unit);
            writeln!(text, "| {work} | {unit} | {} |", cells(line).join(" | "))?;
        }
        let file = root().join("tests/bench/RESULTS.md");
        fs::write(&file, text)?;
        println!("written to {}", shown(&file));
        Ok(())
    }
}

/// What is shown of each program, in the order of the columns.
fn cells(line: &[Measured]) -> [String; 4] {
    Who::ALL.map(|who| {
        let measured = line.iter().find(|measured| measured.program == who.name());
        measured.map_or_else(|| "–".to_owned(), Measured::shown)
    })
}

fn json() -> PathBuf {
    super::folder().join("results.json")
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .display()
        .to_string()
}

/// Where and when it was measured, and what ran it.
fn machine() -> Result<String> {
    let cores = thread::available_parallelism()?;
    let workerd = output(Command::new(tools::ensure()?.workerd).arg("--version"))?;
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    Ok(format!(
        "Measured on {date}: {}, {cores} cores, {workerd}.",
        processor()
    ))
}

fn processor() -> String {
    let in_linux = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(": ")?.1.to_owned())
    });
    let in_macos = || output(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"])).ok();
    let model = in_linux.or_else(in_macos);
    model.unwrap_or_else(|| "an unknown processor".to_owned())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_one_is_better() {
        // The machine is busy in the second round.
        let samples = [
            vec![2.0, 1.0, 2.0],
            vec![],
            vec![4.0, 2.0, 4.0],
            vec![1.0; 3],
        ];
        let ratios = |unit| {
            let line = Measured::line("work", unit, &samples);
            let ratio = |measured: Measured| (measured.program, measured.ratio_to_js.unwrap());
            line.into_iter().map(ratio).collect::<Vec<_>>()
        };
        let named = |js, workers_rs, ours| {
            let ratios = [("js", js), ("workers-rs", workers_rs), ("ours", ours)];
            ratios
                .map(|(name, ratio)| (name.to_owned(), ratio))
                .to_vec()
        };
        assert_eq!(ratios("requests/s"), named(1.0, 2.0, 0.5));
        assert_eq!(ratios("ms"), named(1.0, 0.5, 2.0));
    }

    #[test]
    fn shows_numbers() {
        let line = |samples: Vec<f64>| {
            let samples = [samples, vec![], vec![], vec![]];
            Measured::line("work", "ms", &samples)[0].shown()
        };
        assert_eq!(line(vec![1_234_567.0]), "1,234,567 ±0% (1.00)");
        assert_eq!(line(vec![99.94]), "99.9 ±0% (1.00)");
        assert_eq!(line(vec![2.0, 4.0, 1.0, 3.0, 5.0]), "3.00 ±33% (1.00)");
    }
}

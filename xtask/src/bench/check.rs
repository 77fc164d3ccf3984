//! `cargo xtask bench check`

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use actors_harness::root;
use anyhow::{Context, Result, ensure};

const ACTORS: usize = 10;
const STATEMENTS: usize = 300;
const ROUNDS: usize = 9;

/// What the handlers of each actor do in turn, like users' handlers, and the same with
/// made-up rows: the only difference is the statement. Each takes `ctx`, `owner` and `least`,
/// and returns a number.
const BODIES: [[&str; 2]; 8] = [
    [
        "sql!(Item => \"SELECT COUNT(*) AS n: u32 FROM items WHERE owner = {owner} AND count >= {least}\").one(ctx)",
        "made_up(ctx, owner.len() as u32 + least)",
    ],
    [
        "let rows = sql!(Item => \"SELECT id, title, updated FROM items WHERE owner = {owner} \
         AND count >= {least} ORDER BY updated DESC LIMIT 10\").all(ctx)?;
        Ok(rows.iter().map(|row| row.id + row.title.len() as u32).sum())",
        "let rows = made_up(ctx, vec![(least, owner)])?;
        Ok(rows.iter().map(|row| row.0 + row.1.len() as u32).sum())",
    ],
    [
        "let rows = sql!(Item => \"SELECT * FROM items WHERE owner = {owner} AND count >= {least}\").all(ctx)?;
        Ok(rows.iter().map(|row| row.count).sum())",
        "let rows = made_up(ctx, vec![(least, owner)])?;
        Ok(rows.iter().map(|row| row.0).sum())",
    ],
    [
        "sql!(Item => \"UPDATE items SET count = {least}, updated = {now = ctx.now()} WHERE owner = {owner}\").run(ctx)?;
        Ok(least)",
        "made_up(ctx, (least, ctx.now(), owner))?;
        Ok(least)",
    ],
    [
        "sql!(Note => \"INSERT INTO notes (item, author, text) VALUES ({least}, {owner}, {text = owner.as_str()})\").run(ctx)?;
        Ok(least)",
        "made_up(ctx, (least, &owner, owner.as_str()))?;
        Ok(least)",
    ],
    [
        "sql!(Item => \"DELETE FROM items WHERE owner = {owner} AND count < {least}\").run(ctx)?;
        Ok(least)",
        "made_up(ctx, (owner, least))?;
        Ok(least)",
    ],
    [
        "let rows = sql!(Item, Note => \"SELECT i.title, n.text, n.author FROM items i JOIN notes n \
         ON n.item = i.id WHERE i.owner = {owner} AND i.count > {least}\").all(ctx)?;
        Ok(rows.iter().map(|row| row.title.len() as u32 + row.text.len() as u32).sum())",
        "let rows = made_up(ctx, vec![(owner, least.to_string())])?;
        Ok(rows.iter().map(|row| row.0.len() as u32 + row.1.len() as u32).sum())",
    ],
    [
        "let title = sql!(Item => \"SELECT title FROM items WHERE id = {least} AND owner = {owner}\").optional(ctx)?;
        Ok(title.map_or(0, |title: String| title.len() as u32))",
        "let title = made_up(ctx, Some((least, owner)))?;
        Ok(title.map_or(0, |title| title.1.len() as u32))",
    ],
];

pub(super) fn run() -> Result<()> {
    let with = Crate::write("with", true)?;
    let without = Crate::write("without", false)?;
    println!("building what both depend on, once");
    for one in [&with, &without] {
        one.check()?;
    }
    println!(
        "{STATEMENTS} statements in {ACTORS} actors, medians of {ROUNDS} rounds in turn, each \
         with the fastest in brackets\n"
    );
    println!(
        "{:32}{:>16}{:>16}{:>12}",
        "cargo check", "with", "without", "difference"
    );
    compare("of the whole crate", [&with, &without], Crate::check_whole)?;
    compare(
        "after a change to one handler",
        [&with, &without],
        Crate::check_changed,
    )
}

fn compare(
    what: &str,
    crates: [&Crate; 2],
    check: impl Fn(&Crate, usize) -> Result<Duration>,
) -> Result<()> {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (one, times) in crates.iter().zip(&mut times) {
            times.push(check(one, round)?);
        }
    }
    let [with, without] = times.map(|mut times| {
        times.sort_unstable();
        (times[ROUNDS / 2].as_secs_f64(), times[0].as_secs_f64())
    });
    let shown = |(median, best): (f64, f64)| format!("{median:.2} s ({best:.2})");
    println!(
        "{what:32}{:>16}{:>16}{:>10.2} s",
        shown(with),
        shown(without),
        with.0 - without.0
    );
    Ok(())
}

/// A Worker crate like a user's, in its own workspace.
struct Crate {
    folder: PathBuf,
    has_statements: bool,
}

impl Crate {
    fn write(name: &str, has_statements: bool) -> Result<Self> {
        let folder = root().join("target/bench-check").join(name);
        fs::create_dir_all(folder.join("src"))?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let core = root().join("actors-core");
        fs::write(
            folder.join("Cargo.toml"),
            format!(
                "[package]\nname = \"{name}-statements\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                 [lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n\
                 actors-core = {{ path = {core:?} }}\nserde = \"1\"\n\n[workspace]\n"
            ),
        )?;
        let modules = (0..ACTORS).map(|actor| format!("mod actor_{actor};\n"));
        fs::write(folder.join("src/lib.rs"), modules.collect::<String>())?;
        let made = Self {
            folder,
            has_statements,
        };
        for actor in 0..ACTORS {
            made.write_actor(actor, 0)?;
        }
        Ok(made)
    }

    /// Writes an actor's module; its middle handler differs in each `version`.
    fn write_actor(&self, actor: usize, version: usize) -> Result<()> {
        let mut text = format!(
            "use actors_core::prelude::*;

#[sql_table(name = \"items\", index(by_owner(owner, updated)))]
pub struct Item {{
    #[sql(primary_key)]
    id: u32,
    owner: String,
    title: String,
    count: u32,
    updated: Timestamp,
    note: Option<String>,
}}

#[sql_table(name = \"notes\")]
pub struct Note {{
    #[sql(primary_key)]
    item: u32,
    author: String,
    text: String,
}}

#[actor(tables(Item, Note))]
pub struct Actor{actor} {{
    #[persist]
    calls: u32,
}}

#[actor]
impl Actor{actor} {{
"
        );
        for number in 0..STATEMENTS / ACTORS {
            let [with, without] = BODIES[number % BODIES.len()];
            let body = if self.has_statements { with } else { without };
            let changed = match number == STATEMENTS / ACTORS / 2 {
                true => format!("let least = least + {version};\n        "),
                false => String::new(),
            };
            writeln!(
                text,
                "    pub fn handler_{number}(&mut self, ctx: &Ctx<Self>, owner: String, least: u32) \
                 -> Result<u32> {{\n        {changed}{body}\n    }}\n"
            )?;
        }
        text.push_str("}\n");
        if !self.has_statements {
            let made_up = "fn made_up<T, A>(_: &Ctx<A>, rows: T) -> Result<T> {\n    Ok(rows)\n}\n";
            text.push_str(made_up);
        }
        let path = self.folder.join(format!("src/actor_{actor}.rs"));
        Ok(fs::write(path, text)?)
    }

    /// The time of a `cargo check` without any artifacts of the crate.
    fn check_whole(&self, _: usize) -> Result<Duration> {
        let mut clean = self.cargo("clean");
        clean.args(["-p", &self.package()]);
        ensure!(clean.status()?.success(), "cargo clean failed");
        self.check()
    }

    /// The time of a `cargo check` after one handler's body has changed.
    fn check_changed(&self, round: usize) -> Result<Duration> {
        self.write_actor(ACTORS / 2, round + 1)?;
        self.check()
    }

    fn check(&self) -> Result<Duration> {
        let start = Instant::now();
        let status = self.cargo("check").status().context("cargo starts")?;
        ensure!(status.success(), "cargo check failed");
        Ok(start.elapsed())
    }

    fn package(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        format!("{}-statements", Path::new(name).display())
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo
            .args([command, "-q"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", root().join("target/bench-check/target"));
        cargo
    }
}

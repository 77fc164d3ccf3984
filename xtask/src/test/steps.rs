//! Steps that run side by side: each says when it begins and ends, and shows all that it has
//! written if it fails.

use std::{
    io::{self, Read},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

/// What has failed so far. Afterwards no step begins.
#[derive(Default)]
pub(super) struct Steps {
    failed: Mutex<Vec<String>>,
}

impl Steps {
    /// Runs a command as a step.
    pub(super) fn command(&self, name: &str, command: Command) -> Result<()> {
        self.report(name, || output(command), |text| tests_in(text))
            .map(drop)
    }

    /// Runs a step, unless another has failed.
    pub(super) fn step<T>(&self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.report(name, work, |_| String::new())
    }

    fn report<T>(
        &self,
        name: &str,
        work: impl FnOnce() -> Result<T>,
        what: impl FnOnce(&T) -> String,
    ) -> Result<T> {
        ensure!(self.failed().is_empty(), "{name} did not begin");
        eprintln!("   {name} …");
        let start = Instant::now();
        let result = work();
        let seconds = start.elapsed().as_secs();
        match &result {
            Ok(value) => eprintln!("== {name}: {}passed in {seconds} s", what(value)),
            Err(error) => {
                self.failed().push(name.to_owned());
                eprintln!("\n{error:#}\n== {name}: FAILED after {seconds} s\n");
            }
        }
        result
    }

    /// # Errors
    ///
    /// A step has failed; what it wrote has been shown.
    pub(super) fn verdict(&self) -> Result<()> {
        let failed = self.failed();
        ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        Ok(())
    }

    fn failed(&self) -> MutexGuard<'_, Vec<String>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a command to its end, and returns what it has written; an error contains all of that.
pub(super) fn output(mut command: Command) -> Result<String> {
    let line = format!("{command:?}");
    let (mut reader, writer) = io::pipe()?;
    command.stdin(Stdio::null());
    command.stdout(writer.try_clone()?).stderr(writer);
    let child = command.spawn();
    let mut child = child.with_context(|| format!("cannot start {line}"))?;
    // It has the other end of the pipe as well.
    drop(command);
    let mut text = Vec::new();
    reader.read_to_end(&mut text)?;
    let status = child.wait()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    ensure!(status.success(), "{text}\n{line} failed ({status})");
    Ok(text)
}

/// How many tests passed, where a program of tests says so.
fn tests_in(text: &str) -> String {
    let results = text.lines().filter_map(|line| {
        let counts = line.strip_prefix("test result: ok. ")?;
        counts.split_once(" passed")?.0.parse::<usize>().ok()
    });
    match results.sum() {
        0 => String::new(),
        tests => format!("{tests} tests "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    #[test]
    fn a_failure_shows_all_that_was_written_and_ends_the_rest() {
        let steps = Steps::default();
        steps.command("good", shell("echo fine")).unwrap();
        steps.verdict().unwrap();
        let error = steps.command("bad", shell("echo a; echo b >&2; exit 3"));
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("a\nb\n"), "{error}");
        assert!(error.ends_with("failed (exit status: 3)"), "{error}");
        assert!(steps.step("later", || Ok(())).is_err());
        assert_eq!(steps.verdict().unwrap_err().to_string(), "failed: bad");
    }

    #[test]
    fn counts_what_passed() {
        let text = "running 3 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored\n\
                    test result: ok. 40 passed; 0 failed\n";
        assert_eq!(tests_in(text), "42 tests ");
        assert_eq!(tests_in("    Finished `dev` profile"), "");
    }
}

//! A statement as errors display it, with carets under the place that they are about.

use std::ops::Range;

use thiserror::Error;

/// What is wrong with a statement, and the statement with carets under the place.
#[derive(Debug, Error)]
#[error("{words}\n\n{statement}")]
pub(crate) struct Shown {
    words: String,
    statement: String,
}

impl Shown {
    pub(crate) fn new(
        mistake: &impl std::error::Error,
        statement: &str,
        place: Option<&Range<usize>>,
    ) -> Self {
        Self {
            words: mistake.to_string(),
            statement: shown(statement, place),
        }
    }
}

/// The statement, with carets under the place.
pub(crate) fn shown(source: &str, place: Option<&Range<usize>>) -> String {
    let mut message = String::new();
    let indent = indentation(source);
    let mut start = 0;
    for line in source.split('\n') {
        let cut = if start == 0 { 0 } else { indent };
        let cut = cut.min(line.len() - line.trim_start().len());
        let shown = line[cut..].trim_end();
        if !shown.is_empty() {
            message.push_str(&format!("    {shown}\n"));
        }
        if let Some(place) = place.filter(|place| is_in(place, start, line)) {
            let within = |at: usize| at.saturating_sub(start + cut).min(shown.len());
            let (from, to) = (within(place.start), within(place.end));
            let width = |text: &str| text.chars().count();
            let before = " ".repeat(width(&shown[..from]));
            let carets = "^".repeat(width(&shown[from..to.max(from)]).max(1));
            message.push_str(&format!("    {before}{carets}\n"));
        }
        start += line.len() + 1;
    }
    message
}

/// Whether the place begins in that line.
fn is_in(place: &Range<usize>, start: usize, line: &str) -> bool {
    (start..=start + line.len()).contains(&place.start)
}

/// By how much all lines but the first are indented.
fn indentation(source: &str) -> usize {
    let lines = source.lines().skip(1);
    let written = lines.filter(|line| !line.trim().is_empty());
    written
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0)
}

//! How readers are told of chunks: as messages of JSON, or as server-sent events.

use std::fmt::Write as _;

use super::cursor::StreamState;
use super::store::Part;
use crate::error::Result;

/// What a reader reads.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Server-sent events.
    Events,
    /// A line of JSON for each chunk.
    Lines,
}

/// Something that a reader is told, as JSON.
enum Told<'a> {
    Trimmed,
    Chunk(&'a str),
    End(&'a str),
}

impl Form {
    /// What shows that the connection is alive: a comment, or an empty line.
    pub(super) fn alive(self) -> &'static str {
        match self {
            Self::Events => ":\n\n",
            Self::Lines => "\n",
        }
    }

    /// All that a part has for a reader that had the cursor `from`.
    pub(super) fn write(self, name: &str, part: &Part, from: u64) -> Result<String> {
        let mut text = String::new();
        each(part, from, &mut |cursor, told| {
            match self {
                Self::Events => text.push_str(&event(cursor, told)),
                Self::Lines => {
                    text.push_str(&message(name, cursor, told)?);
                    text.push('\n');
                }
            }
            Ok(())
        })?;
        Ok(text)
    }
}

/// The messages that a part has for a socket that had the cursor `from`.
pub(super) fn messages(name: &str, part: &Part, from: u64) -> Result<Vec<String>> {
    let mut messages = Vec::new();
    each(part, from, &mut |cursor, told| {
        messages.push(message(name, cursor, told)?);
        Ok(())
    })?;
    Ok(messages)
}

fn each(part: &Part, from: u64, tell: &mut dyn FnMut(u64, &Told<'_>) -> Result<()>) -> Result<()> {
    if part.is_trimmed {
        tell(part.start, &Told::Trimmed)?;
    }
    for (cursor, value) in &part.chunks {
        tell(*cursor, &Told::Chunk(value))?;
    }
    if part.ends(from) {
        tell(part.at, &Told::End(&end(&part.state)?))?;
    }
    Ok(())
}

fn end(state: &StreamState) -> Result<String> {
    Ok(serde_json::to_string(state)?)
}

fn message(name: &str, cursor: u64, told: &Told<'_>) -> Result<String> {
    let (field, value) = match told {
        Told::Trimmed => ("trimmed", "true"),
        Told::Chunk(value) => ("value", *value),
        Told::End(state) => ("end", *state),
    };
    let name = serde_json::to_string(name)?;
    Ok(format!(
        r#"{{"type":"stream","stream":{name},"cursor":{cursor},"{field}":{value}}}"#
    ))
}

/// JSON has no line ends, so one line has all of a value.
fn event(cursor: u64, told: &Told<'_>) -> String {
    let mut text = format!("id: {cursor}\n");
    let written = match told {
        Told::Trimmed => write!(text, "event: trimmed\ndata: true\n\n"),
        Told::Chunk(value) => write!(text, "data: {value}\n\n"),
        Told::End(state) => write!(text, "event: end\ndata: {state}\n\n"),
    };
    written.map_or_else(|_| String::new(), |()| text)
}

//! Building blocks of error texts.

/// The one of `known` that is meant, if that is clear.
pub(crate) fn nearest<'a>(wrong: &str, known: &'a [impl AsRef<str>]) -> Option<&'a str> {
    known
        .iter()
        .map(AsRef::as_ref)
        .map(|name| (strsim::jaro_winkler(wrong, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.8)
        .map(|(_, name)| name)
}

/// The one of `known` that is meant, as the end of a text, or else the given text.
pub(crate) fn nearest_or(
    wrong: &str,
    known: &[impl AsRef<str>],
    otherwise: impl FnOnce() -> String,
) -> String {
    match nearest(wrong, known) {
        Some(name) => format!(": did you mean `{name}`?"),
        None => otherwise(),
    }
}

/// The one of `known` that is meant, or else all of them, as the end of a text.
pub(crate) fn suggestion(wrong: &str, known: &[impl AsRef<str>]) -> String {
    nearest_or(wrong, known, || format!(": write {}", any_of(known)))
}

/// `` `a`, `b` or `c` ``
pub(crate) fn any_of(names: &[impl AsRef<str>]) -> String {
    joined(names, "or")
}

/// `` `a`, `b` and `c` ``
pub(crate) fn all_of(names: &[impl AsRef<str>]) -> String {
    joined(names, "and")
}

fn joined(names: &[impl AsRef<str>], word: &str) -> String {
    let quoted = names.iter().map(|name| format!("`{}`", name.as_ref()));
    let quoted: Vec<_> = quoted.collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}

/// `1 column`, `2 columns`
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// The option's name in an example of it.
pub(crate) fn name_in(example: &str) -> &str {
    example.split(['(', ' ']).next().unwrap_or(example)
}

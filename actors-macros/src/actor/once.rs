//! `#[once]`: the argument that is the key of a call, and how long its answer is kept.

use std::time::Duration;

use syn::{Attribute, FnArg, Meta, Signature, Type};

use super::mistakes::Mistake;
use super::role::Role;
use super::span::duration;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;
use crate::common::types::last_is;

const MARK: &str = "once";

/// The options, with an example.
const OPTIONS: &[&str] = &["keep = \"1d\""];

/// How long an answer is kept unless the mark says otherwise: a day.
const KEEP: Duration = Duration::from_secs(86_400);

/// How a method happens once for each key.
pub(super) struct Once {
    /// The position of the key among the arguments.
    pub(super) key: usize,
    pub(super) keep: Duration,
}

/// A mark, and the position among all inputs of the one that it is on.
pub(super) struct Mark {
    attribute: Attribute,
    input: usize,
}

/// Removes the marks from the inputs of a method.
pub(super) fn take(signature: &mut Signature) -> Vec<Mark> {
    let inputs = signature.inputs.iter_mut().enumerate();
    let marks = inputs.flat_map(|(input, argument)| {
        let attributes = match argument {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(typed) => &mut typed.attrs,
        };
        let marks = attributes::take(attributes, MARK).into_iter();
        marks.map(move |attribute| Mark { attribute, input })
    });
    marks.collect()
}

/// Removes the mark from a method itself.
pub(super) fn take_misplaced(attributes: &mut Vec<Attribute>, mistakes: &mut Mistakes) {
    for mark in attributes::take(attributes, MARK) {
        mistakes.add(&mark, Mistake::OnceNotOnKey);
    }
}

/// Refuses the mark on what nobody calls.
pub(super) fn refuse(marks: &[Mark], mistakes: &mut Mistakes) {
    if let Some(mark) = marks.first() {
        mistakes.add(&mark.attribute, Mistake::OnceNotCalled);
    }
}

impl Once {
    /// Reads the marks of a method whose arguments, of these types, begin after so many inputs.
    pub(super) fn parse(
        marks: &[Mark],
        role: &Role,
        signature: &Signature,
        (before, types): (usize, &[&Type]),
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let [mark, others @ ..] = marks else {
            return None;
        };
        if !matches!(role, Role::Call) {
            refuse(marks, mistakes);
            return None;
        }
        let key = mark.input.checked_sub(before);
        let ty = key.and_then(|key| types.get(key));
        let mistake = match (others, ty) {
            ([another, ..], _) if another.input == mark.input => {
                Some((&another.attribute, Mistake::MarkTwice { mark: MARK }))
            }
            ([another, ..], _) => Some((&another.attribute, Mistake::OnceTwice)),
            (_, None) => Some((&mark.attribute, Mistake::OnceNotOnKey)),
            _ if signature.asyncness.is_some() => Some((&mark.attribute, Mistake::OnceAsync)),
            _ => None,
        };
        if let Some((place, mistake)) = mistake {
            mistakes.add(place, mistake);
        } else if let Some(ty) = ty.filter(|ty| last_is(ty, "Option")) {
            mistakes.add(ty, Mistake::OnceOptional);
        }
        let keep = keep(&mark.attribute.meta, mistakes);
        Some(Self { key: key?, keep })
    }
}

/// How long an answer is kept.
fn keep(mark: &Meta, mistakes: &mut Mistakes) -> Duration {
    let options = match mark {
        Meta::Path(_) => return KEEP,
        Meta::List(list) => attributes::options(list.tokens.clone(), OPTIONS, mistakes),
        Meta::NameValue(pair) => {
            mistakes.add(&pair.value, Mistake::OnceOptions);
            return KEEP;
        }
    };
    let keep = attributes::find(&options, "keep").and_then(|option| duration(option, mistakes));
    keep.unwrap_or(KEEP)
}

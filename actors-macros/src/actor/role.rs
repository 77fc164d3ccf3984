//! The role of a method: its mark, and the mark's arguments.

use syn::{Attribute, ImplItemFn, Meta, Visibility};

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

/// The marks that a method can have.
pub(super) const MARKS: &[&str] = &[
    "on_init",
    "on_request",
    "on_connect",
    "on_message",
    "on_close",
    "on_error",
    "alarm",
    "task",
];

/// The role of a method.
pub(super) enum Role {
    /// Called by others.
    Call,
    Init,
    Request,
    Connect,
    Message(Part),
    Close,
    Error,
    Alarm,
    Task,
}

/// Which messages an `#[on_message]` method takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Those with its name as their type.
    Named,
    Json,
    Text,
    Bytes,
    /// Those that no other handler takes.
    Unhandled,
}

impl Role {
    /// The mark of this role.
    pub(super) fn mark(&self) -> Option<&'static str> {
        match self {
            Self::Call => None,
            Self::Init => Some("on_init"),
            Self::Request => Some("on_request"),
            Self::Connect => Some("on_connect"),
            Self::Message(_) => Some("on_message"),
            Self::Close => Some("on_close"),
            Self::Error => Some("on_error"),
            Self::Alarm => Some("alarm"),
            Self::Task => Some("task"),
        }
    }

    /// Whether the event comes from a socket.
    pub(super) fn is_of_a_socket(&self) -> bool {
        matches!(self, Self::Message(_) | Self::Close | Self::Error)
    }

    /// Whether the arguments are the framework's own types, and not decoded.
    pub(super) fn is_given(&self) -> bool {
        match self {
            Self::Message(part) => !matches!(part, Part::Named | Part::Json),
            role => matches!(role, Self::Close | Self::Error),
        }
    }
}

/// The role of the method, if it is a handler at all.
pub(super) fn role(
    item: &mut ImplItemFn,
    mistakes: &mut Mistakes,
) -> Option<(Role, Option<Attribute>)> {
    let marks: Vec<(&str, Attribute)> = MARKS
        .iter()
        .flat_map(|&mark| {
            attributes::take(&mut item.attrs, mark)
                .into_iter()
                .map(move |a| (mark, a))
        })
        .collect();
    let is_public = matches!(item.vis, Visibility::Public(_));
    let mut marks = marks.into_iter();
    let Some((mark, attribute)) = marks.next() else {
        return is_public.then_some((Role::Call, None));
    };
    if let Some((second, attribute)) = marks.next() {
        let mistake = match second == mark {
            true => Mistake::MarkTwice { mark },
            false => Mistake::TwoMarks {
                first: mark,
                second,
            },
        };
        mistakes.add(&attribute, mistake);
        if second != mark {
            return None;
        }
    }
    if is_public {
        mistakes.add(&item.vis, Mistake::PublicMark { mark });
    }
    let has_options = ["alarm", "task", "on_message"].contains(&mark);
    if !has_options && attribute.meta.require_path_only().is_err() {
        mistakes.add(&attribute, Mistake::MarkArguments { mark });
    }
    let role = match mark {
        "on_init" => Role::Init,
        "on_request" => Role::Request,
        "on_connect" => Role::Connect,
        "on_message" => Role::Message(part(&attribute.meta, mistakes)),
        "on_close" => Role::Close,
        "on_error" => Role::Error,
        "task" => Role::Task,
        _ => Role::Alarm,
    };
    Some((role, Some(attribute)))
}

/// The messages that the mark names.
fn part(mark: &Meta, mistakes: &mut Mistakes) -> Part {
    let list = match mark {
        Meta::Path(_) => return Part::Named,
        Meta::List(list) => list,
        Meta::NameValue(pair) => {
            mistakes.add(&pair.value, Mistake::MessageParts);
            return Part::Named;
        }
    };
    let known = ["json", "text", "bytes", "unhandled"];
    let before = mistakes.count();
    let options = attributes::options(list.tokens.clone(), &known, mistakes);
    let is_right = matches!(&options[..], [Meta::Path(_)]);
    if !is_right && mistakes.count() == before {
        mistakes.add(list, Mistake::MessageParts);
    }
    match options.first().map(attributes::name).as_deref() {
        Some("json") => Part::Json,
        Some("text") => Part::Text,
        Some("bytes") => Part::Bytes,
        Some("unhandled") => Part::Unhandled,
        _ => Part::Named,
    }
}

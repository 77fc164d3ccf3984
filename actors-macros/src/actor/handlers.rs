//! `#[actor]` on an impl block: its handlers.

use proc_macro2::TokenStream;
use syn::{Ident, ImplItem, ItemImpl, Meta, Type};

use super::alarm::Alarm;
use super::method::Method;
use super::mistakes::Mistake;
use super::role::{MARKS, Part, Role};
use super::task::Task;
use super::{block, state};
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

/// The handlers of an actor, by role.
#[derive(Default)]
pub(super) struct Handlers {
    pub(super) calls: Vec<Method>,
    pub(super) init: Option<Method>,
    pub(super) request: Option<Method>,
    pub(super) connect: Option<Method>,
    pub(super) messages: Vec<Method>,
    pub(super) unhandled: Option<Method>,
    pub(super) close: Option<Method>,
    pub(super) error: Option<Method>,
    pub(super) alarms: Vec<Alarm>,
    pub(super) tasks: Vec<Task>,
}

pub(super) fn options(arguments: TokenStream, mistakes: &mut Mistakes) -> Vec<Meta> {
    let mut options = attributes::options(arguments, state::OPTIONS, mistakes);
    options.retain(|option| {
        let name = attributes::name(option);
        let belongs = name == "crate";
        if !belongs {
            mistakes.add(option, Mistake::OptionOfStruct(&name));
        }
        belongs
    });
    options
}

/// The actor's name, if it is given arguments.
pub(super) fn generic(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    (!last.arguments.is_none()).then_some(&last.ident)
}

/// The actor's name, if the type is just a name.
pub(super) fn name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

pub(super) fn parse(item: &mut ItemImpl, actor: &Ident, mistakes: &mut Mistakes) -> Handlers {
    let mut handlers = Handlers::default();
    let admits = item.items.iter().any(is_connect);
    for item in &mut item.items {
        let ImplItem::Fn(method) = item else {
            misplaced(item, mistakes);
            continue;
        };
        if let Some(method) = Method::parse(method, actor, mistakes)
            && !handlers.have_twin_of(&method)
        {
            handlers.add(method, mistakes);
        }
        *item = block::written(method);
    }
    if !admits {
        handlers.check_attachments(mistakes);
    }
    handlers
}

/// Whether the item declares which sockets are admitted, correctly or not.
fn is_connect(item: &ImplItem) -> bool {
    matches!(item, ImplItem::Fn(method)
        if method.attrs.iter().any(|mark| mark.path().is_ident("on_connect")))
}

/// Removes the marks of methods from other items.
fn misplaced(item: &mut ImplItem, mistakes: &mut Mistakes) {
    let attributes = match item {
        ImplItem::Const(item) => &mut item.attrs,
        ImplItem::Type(item) => &mut item.attrs,
        _ => return,
    };
    for mark in MARKS {
        for attribute in attributes::take(attributes, mark) {
            mistakes.add(&attribute, Mistake::MarkNotOnMethod { mark });
        }
    }
}

impl Handlers {
    fn add(&mut self, method: Method, mistakes: &mut Mistakes) {
        match &method.role {
            Role::Call => self.calls.push(method),
            Role::Init if !method.arguments.is_empty() => {
                mistakes.add(&method.arguments[0].name, Mistake::InitArguments);
            }
            Role::Init if self.init.is_some() => {
                mistakes.add(&method.name, Mistake::Twice { mark: "on_init" });
            }
            Role::Init => self.init = Some(method),
            Role::Request if method.arguments.len() > 1 => {
                mistakes.add(&method.arguments[1].name, Mistake::RequestArguments);
            }
            Role::Request if self.request.is_some() => {
                mistakes.add(&method.name, Mistake::Twice { mark: "on_request" });
            }
            Role::Request => self.request = Some(method),
            Role::Connect => once(&mut self.connect, method, mistakes),
            Role::Message(Part::Unhandled) => once(&mut self.unhandled, method, mistakes),
            Role::Message(part) => match self.messages.iter().find(|other| clash(other, *part)) {
                Some(_) if *part == Part::Bytes => {
                    let mark = "on_message(bytes)";
                    mistakes.add(&method.name, Mistake::Twice { mark });
                }
                Some(_) => mistakes.add(&method.name, Mistake::MessagesTwice),
                None => self.messages.push(method),
            },
            Role::Close => once(&mut self.close, method, mistakes),
            Role::Error => once(&mut self.error, method, mistakes),
            Role::Alarm => self.alarms.extend(Alarm::parse(method, mistakes)),
            Role::Task => self.tasks.push(Task::parse(method, mistakes)),
        }
    }
}

/// Takes a handler that can exist only once.
fn once(handler: &mut Option<Method>, method: Method, mistakes: &mut Mistakes) {
    if handler.is_some() {
        let mark = match method.role {
            Role::Message(_) => "on_message(unhandled)",
            ref role => role.mark().unwrap_or_default(),
        };
        mistakes.add(&method.name, Mistake::Twice { mark });
    }
    *handler = Some(method);
}

/// Whether a handler takes messages that one for that part would also take.
fn clash(other: &Method, part: Part) -> bool {
    match (&other.role, part) {
        (Role::Message(Part::Named), Part::Named) => false,
        (Role::Message(Part::Bytes), part) => part == Part::Bytes,
        (_, part) => part != Part::Bytes,
    }
}

impl Handlers {
    /// All of them.
    pub(super) fn methods(&self) -> impl Iterator<Item = &Method> {
        let alarms = self.alarms.iter().map(|alarm| &alarm.method);
        self.calls
            .iter()
            .chain(&self.init)
            .chain(&self.request)
            .chain(self.of_sockets())
            .chain(alarms)
            .chain(self.tasks.iter().map(|task| &task.method))
    }

    /// Whether one has the same name, which the compiler refuses in what the user wrote: once is
    /// enough.
    fn have_twin_of(&self, method: &Method) -> bool {
        let is_twin = |other: &Method| {
            other.name == method.name && other.conditions.is_empty() && method.conditions.is_empty()
        };
        self.methods().any(is_twin)
    }

    /// Those of web sockets.
    pub(super) fn of_sockets(&self) -> impl Iterator<Item = &Method> {
        self.connect
            .iter()
            .chain(&self.messages)
            .chain(&self.unhandled)
            .chain(&self.close)
            .chain(&self.error)
    }

    /// Without an `#[on_connect]`, sockets carry nothing.
    fn check_attachments(&self, mistakes: &mut Mistakes) {
        let carried = self
            .of_sockets()
            .filter_map(|method| method.socket.as_ref());
        let mut carried = carried.map(|socket| &socket.carries);
        let something =
            carried.find(|ty| !matches!(ty, Type::Tuple(unit) if unit.elems.is_empty()));
        if let Some(something) = something {
            mistakes.add(something, Mistake::AttachmentWithoutConnect);
        }
    }
}

//! One method of an `#[actor]` impl block, as a handler.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericParam, Ident, ImplItemFn, Pat, ReturnType, Signature, Type,
    TypeReference, parse_quote_spanned,
};

use super::mistakes::Mistake;
use super::once::{self, Once};
use super::role::{Part, Role, role};
use super::storage::{Signed, Storage};
use crate::common::attributes;
use crate::common::calls::{MOST_ARGUMENTS, RESERVED};
use crate::common::mistakes::Mistakes;
use crate::common::types::{last_is, last_name, owned, says_self, type_argument, without_self};

/// The names of a stub's own methods.
const OF_STUBS: &[&str] = &["with_limit", "with_retries", "with_idempotent_retries"];

/// The names of what an actor's tasks have themselves.
const OF_TASKS: &[&str] = &[
    "by_key", "cancel", "discard", "list", "retry", "signal", "starting",
];

/// What a handler gets from its context, and its names in other frameworks.
const OF_CTX: &[(&str, &str)] = &[
    ("Alarms", "ctx.alarms()"),
    ("Context", "ctx"),
    ("Env", "ctx.env()"),
    ("Sockets", "ctx.sockets()"),
    ("Sql", "ctx.sql()"),
    ("SqlStorage", "ctx.sql()"),
    ("State", "ctx"),
    ("Storage", "ctx.sql()"),
    ("Tasks", "ctx.tasks()"),
];

/// A handler.
pub(super) struct Method {
    pub(super) role: Role,
    /// Its mark, if there is one.
    pub(super) mark: Option<Attribute>,
    pub(super) name: Ident,
    pub(super) docs: Vec<Attribute>,
    pub(super) conditions: Vec<Attribute>,
    pub(super) is_async: bool,
    pub(super) is_exclusive: bool,
    pub(super) takes_ctx: bool,
    /// What it does with the database, if it is synchronous.
    pub(super) storage: Storage,
    pub(super) takes_request: bool,
    /// How it runs, if it is a task.
    pub(super) task: Option<TaskForm>,
    /// The socket that it takes, if it takes one.
    pub(super) socket: Option<SocketArgument>,
    pub(super) arguments: Vec<Argument>,
    pub(super) output: Output,
    /// How it happens once for each key, if it does.
    pub(super) once: Option<Once>,
}

/// How a `#[task]` runs.
pub(super) enum TaskForm {
    /// As part of a shared turn, with `&self`.
    Shared,
    /// In no turn, without a receiver; a function of that actor.
    Apart(Ident),
}

/// An argument after `ctx`.
pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) ty: Type,
}

impl Argument {
    /// The name of its type, in lower case.
    pub(super) fn kind(&self) -> String {
        let name = last_name(&self.ty).map(Ident::to_string);
        name.unwrap_or_default().to_lowercase()
    }
}

/// The socket parameter.
pub(super) struct SocketArgument {
    /// What it carries.
    pub(super) carries: Type,
    pub(super) actor: Ident,
}

/// What a method returns.
pub(super) enum Output {
    Nothing,
    Value(Type),
    Result(Type),
}

impl Output {
    /// Whether it is `()`, which may be a `Result`'s.
    fn is_nothing(&self) -> bool {
        let value = match self {
            Self::Nothing => return true,
            Self::Value(ty) => Some(ty),
            Self::Result(ty) => type_argument(ty, 0),
        };
        matches!(value, Some(Type::Tuple(unit)) if unit.elems.is_empty())
    }
}

impl Method {
    /// Removes the marks from a method, and reads it as a handler if it is one.
    pub(super) fn parse(
        item: &mut ImplItemFn,
        actor: &Ident,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let marks = once::take(&mut item.sig);
        once::take_misplaced(&mut item.attrs, mistakes);
        let Some((role, mark)) = role(item, mistakes) else {
            once::refuse(&marks, mistakes);
            return None;
        };
        let before = mistakes.count();
        let method = Self::read(item, actor, (role, mark), &marks, mistakes);
        method.filter(|_| mistakes.count() == before)
    }

    fn read(
        item: &ImplItemFn,
        actor: &Ident,
        (role, mark): (Role, Option<Attribute>),
        once: &[once::Mark],
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let signature = signature(item, actor);
        let mut inputs = signature.inputs.iter().peekable();
        let is_apart = matches!(role, Role::Task) && inputs.peek().is_none_or(|it| is_typed(it));
        let is_exclusive = match is_apart {
            true => false,
            false => receiver(&signature, inputs.next(), &role, mistakes)?,
        };
        check_name(&signature, &role, mistakes)?;
        let mut inputs = inputs.filter_map(typed).peekable();
        let ctx = inputs.next_if(|(_, ty)| is_ctx(ty));
        if let Some((_, ty)) = ctx {
            match is_apart {
                true => mistakes.add(ty, Mistake::TaskCtx),
                false => check_ctx(ty, actor, mistakes),
            }
        }
        let run = inputs.next_if(|(_, ty)| matches!(role, Role::Task) && is_run(ty));
        let task = matches!(role, Role::Task).then(|| {
            check_task(&signature, run.map(|(_, ty)| ty), is_apart, mistakes);
            match is_apart {
                true => TaskForm::Apart(actor.clone()),
                false => TaskForm::Shared,
            }
        });
        if let Some((_, ty)) = inputs.next_if(|(_, ty)| is_apart && is_ctx(ty)) {
            mistakes.add(ty, Mistake::TaskCtx);
        }
        let request = inputs.next_if(|(_, ty)| matches!(role, Role::Connect) && is_request(ty));
        let socket = inputs.next_if(|(_, ty)| role.is_of_a_socket() && is_socket(ty));
        let arguments: Vec<_> = inputs
            .filter_map(|(pattern, ty)| argument(pattern, ty, mistakes))
            .collect();
        check_arguments(&signature, &role, &arguments, mistakes);
        let before = 1 + usize::from(ctx.is_some());
        let types: Vec<_> = arguments.iter().map(|argument| &argument.ty).collect();
        let once = Once::parse(once, &role, &signature, (before, &types), mistakes);
        let output = output(&signature.output, &role, mistakes);
        let storage = match ctx {
            None => Storage::NOTHING,
            Some((pattern, _)) => Storage::of_body(
                body(item),
                Signed {
                    ctx: name_of(pattern),
                    is_exclusive,
                    returns_nothing: output.is_nothing(),
                },
            ),
        };
        Some(Self {
            name: signature.ident.clone(),
            docs: attributes::docs(&item.attrs),
            conditions: attributes::conditions(&item.attrs),
            is_async: signature.asyncness.is_some(),
            is_exclusive,
            takes_ctx: ctx.is_some(),
            takes_request: request.is_some(),
            task,
            socket: socket.map(|(_, ty)| SocketArgument::new(ty, actor)),
            arguments,
            output,
            storage,
            once,
            role,
            mark,
        })
    }

    /// The method's name without `r#`.
    pub(super) fn plain_name(&self) -> String {
        self.name.unraw().to_string()
    }

    pub(super) fn is_async(&self) -> bool {
        self.is_async
    }

    pub(super) fn argument_types(&self) -> impl Iterator<Item = &Type> {
        self.arguments.iter().map(|argument| &argument.ty)
    }

    /// What an `#[on_connect]` method admits sockets with.
    pub(super) fn admitted(&self) -> Option<&Type> {
        match self.role {
            Role::Connect => type_argument(self.value()?, 0),
            _ => None,
        }
    }

    /// What the method returns on success, if anything.
    pub(super) fn value(&self) -> Option<&Type> {
        match &self.output {
            Output::Nothing => None,
            Output::Value(ty) => Some(ty),
            Output::Result(ty) => type_argument(ty, 0),
        }
    }
}

/// Checks the arguments against the role, and that there is a return value if the role needs one.
fn check_arguments(
    signature: &Signature,
    role: &Role,
    arguments: &[Argument],
    mistakes: &mut Mistakes,
) {
    if let Some(argument) = arguments.get(MOST_ARGUMENTS) {
        mistakes.add(&argument.name, Mistake::TooManyArguments);
    }
    match (role, &signature.output) {
        (Role::Request, ReturnType::Default) => {
            mistakes.add(&signature.ident, Mistake::NoResponse);
        }
        (Role::Connect, ReturnType::Default) => {
            mistakes.add(&signature.ident, Mistake::NoAdmission);
        }
        _ => {}
    }
    if let Some(mistake) = wrong_arguments(role, arguments) {
        let first = arguments.first().map(|argument| &argument.name);
        mistakes.add(first.unwrap_or(&signature.ident), mistake);
    }
}

/// What the arguments should be, if they do not suit the role.
fn wrong_arguments(role: &Role, arguments: &[Argument]) -> Option<Mistake<'static>> {
    let are = |expected: &[&str]| {
        let mut expected = expected.iter();
        let mut types = arguments.iter().map(|argument| &argument.ty);
        types.all(|ty| expected.any(|name| last_is(ty, name)))
    };
    let (is_right, mistake) = match role {
        Role::Connect => (arguments.is_empty(), Mistake::ConnectArguments),
        Role::Close => (are(&["Close"]), Mistake::CloseArguments),
        Role::Error => (are(&["Error"]), Mistake::ErrorArguments),
        Role::Message(Part::Json) => (arguments.len() == 1, Mistake::JsonArgument),
        Role::Message(Part::Text) => (
            arguments.len() == 1 && are(&["String"]),
            Mistake::TextArgument,
        ),
        Role::Message(Part::Bytes) => (
            arguments.len() == 1 && are(&["Bytes"]),
            Mistake::BytesArgument,
        ),
        Role::Message(Part::Unhandled) => (are(&["Message", "Error"]), Mistake::UnhandledArguments),
        _ => return None,
    };
    (!is_right).then_some(mistake)
}

/// The signature with the actor's name instead of `Self`, which is another type in generated
/// code. `&Ctx<Self>` is left as it is, since it is not copied.
fn signature(item: &ImplItemFn, actor: &Ident) -> Signature {
    let is_ctx = |input: &&FnArg| typed(input).is_some_and(|(_, ty)| is_ctx(ty) || is_run(ty));
    let (inputs, output) = (&item.sig.inputs, &item.sig.output);
    let others = inputs.iter().filter(|input| !is_ctx(input));
    if !says_self(quote!(#(#others)* #output)) {
        return item.sig.clone();
    }
    let tokens = without_self(item.sig.to_token_stream(), actor);
    syn::parse2(tokens).unwrap_or_else(|_| item.sig.clone())
}

/// Whether the receiver is `&mut self`; none if this is no handler.
fn receiver(
    signature: &Signature,
    first: Option<&FnArg>,
    role: &Role,
    mistakes: &mut Mistakes,
) -> Option<bool> {
    match first {
        Some(FnArg::Receiver(receiver))
            if receiver.reference.is_some() && receiver.colon_token.is_none() =>
        {
            if matches!(role, Role::Task) && receiver.mutability.is_some() {
                mistakes.add(receiver, Mistake::TaskExclusive);
            }
            Some(receiver.mutability.is_some())
        }
        Some(FnArg::Receiver(receiver)) => {
            let method = &signature.ident.unraw().to_string();
            mistakes.add(receiver, Mistake::Receiver { method });
            None
        }
        _ => {
            let mark = role.mark()?; // without a mark, it is just a function
            mistakes.add(&signature.ident, Mistake::NoReceiver { mark });
            None
        }
    }
}

/// A method has one name and one signature, for callers in JavaScript.
fn check_name(signature: &Signature, role: &Role, mistakes: &mut Mistakes) -> Option<()> {
    let method = &signature.ident.unraw().to_string();
    match signature.generics.params.first() {
        Some(GenericParam::Lifetime(lifetime)) => {
            mistakes.add(lifetime, Mistake::MethodLifetime { method });
            return None;
        }
        Some(_) => {
            let mistake = Mistake::MethodGenerics { method };
            mistakes.add(&signature.generics.params, mistake);
            return None;
        }
        None => {}
    }
    let reserved = match role {
        Role::Call => RESERVED,
        Role::Alarm => &["keyed"],
        Role::Task => OF_TASKS,
        _ => &[],
    };
    if method == "get" {
        mistakes.add(&signature.ident, Mistake::NameOfGet);
    } else if matches!(role, Role::Call) && OF_STUBS.contains(&method.as_str()) {
        mistakes.add(&signature.ident, Mistake::NameOfStub { name: method });
    } else if reserved.contains(&method.as_str()) {
        let mistake = match role {
            Role::Task => Mistake::NameOfTasks { name: method },
            _ => Mistake::ReservedName { method },
        };
        mistakes.add(&signature.ident, mistake);
    }
    Some(())
}

fn typed(input: &FnArg) -> Option<(&Pat, &Type)> {
    match input {
        FnArg::Typed(typed) => Some((&typed.pat, &typed.ty)),
        FnArg::Receiver(_) => None,
    }
}

/// Whether the type is a `Ctx`, borrowed or not.
fn is_ctx(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => last_is(&reference.elem, "Ctx"),
        ty => last_is(ty, "Ctx"),
    }
}

/// Whether the type is a `Run`, borrowed or not.
fn is_run(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => last_is(&reference.elem, "Run"),
        ty => last_is(ty, "Run"),
    }
}

fn is_typed(input: &FnArg) -> bool {
    matches!(input, FnArg::Typed(_))
}

/// Checks what a task is beside its arguments: `async`, and how it takes its `Run`.
fn check_task(signature: &Signature, run: Option<&Type>, is_apart: bool, mistakes: &mut Mistakes) {
    if signature.asyncness.is_none() {
        mistakes.add(&signature.ident, Mistake::TaskNotAsync);
    }
    let instead = match is_apart {
        true => "run: &Run<Self>",
        false => "run: &Run",
    };
    let form = Mistake::TaskRun { instead };
    match run {
        // A run in another place is told of there.
        None if signature
            .inputs
            .iter()
            .filter_map(typed)
            .any(|(_, ty)| is_run(ty)) => {}
        None => mistakes.add(&signature.ident, form),
        Some(Type::Reference(run)) if run.mutability.is_none() => {
            match (is_apart, type_argument(&run.elem, 0)) {
                (true, None) => mistakes.add(run, Mistake::TaskRunWithoutSelf),
                (false, Some(_)) => mistakes.add(run, Mistake::TaskRunOfSelf),
                _ => {}
            }
        }
        Some(run) => mistakes.add(run, form),
    }
}

/// Whether the type is a socket, borrowed or not.
fn is_socket(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if last_is(&reference.elem, "Socket"))
}

/// Whether the type is a request, borrowed.
fn is_request(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if last_is(&reference.elem, "Request"))
}

impl SocketArgument {
    /// The `T` of `&Socket<T>`.
    fn new(ty: &Type, actor: &Ident) -> Self {
        let socket = match ty {
            Type::Reference(reference) => &reference.elem,
            ty => ty,
        };
        let nothing = || parse_quote_spanned!(socket.span()=> ());
        Self {
            carries: type_argument(socket, 0).cloned().unwrap_or_else(nothing),
            actor: actor.clone(),
        }
    }
}

fn check_ctx(ty: &Type, actor: &Ident, mistakes: &mut Mistakes) {
    let of = match ty {
        Type::Reference(TypeReference {
            mutability: None,
            elem,
            ..
        }) => type_argument(elem, 0), // without one, rustc says that it is missing
        _ => {
            mistakes.add(ty, Mistake::CtxForm);
            None
        }
    };
    let is_own = |of: &&Type| last_is(of, "Self") || last_is(of, &actor.to_string());
    if let Some(of) = of.filter(|of| !is_own(of)) {
        mistakes.add(of, Mistake::CtxOfAnother);
    }
}

/// The tokens of a method's body.
fn body(item: &ImplItemFn) -> TokenStream {
    let statements = &item.block.stmts;
    quote!(#(#statements)*)
}

/// The name that a parameter has.
fn name_of(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(name) => Some(&name.ident),
        _ => None,
    }
}

fn argument(pattern: &Pat, ty: &Type, mistakes: &mut Mistakes) -> Option<Argument> {
    if is_ctx(ty) {
        mistakes.add(ty, Mistake::CtxNotFirst);
        return None;
    }
    if is_socket(ty) {
        mistakes.add(ty, Mistake::SocketPlace);
        return None;
    }
    if matches!(ty, Type::Reference(_)) && is_run(ty) {
        mistakes.add(ty, Mistake::RunPlace);
        return None;
    }
    if last_is(ty, "Socket") {
        mistakes.add(ty, Mistake::SocketBorrowed);
        return None;
    }
    if let Type::Reference(reference) = ty {
        let instead = &owned(&reference.elem);
        let of_ctx = OF_CTX
            .iter()
            .find(|(name, _)| last_is(&reference.elem, name));
        let mistake = match of_ctx {
            Some((_, "ctx")) => Mistake::IsCtx,
            Some((_, call)) => Mistake::OfCtx(call),
            None => Mistake::BorrowedArgument { instead },
        };
        mistakes.add(ty, mistake);
        return None;
    }
    if let Type::ImplTrait(_) = ty {
        mistakes.add(ty, Mistake::ImplArgument);
        return None;
    }
    match pattern {
        Pat::Ident(name) => Some(Argument {
            name: name.ident.clone(),
            ty: ty.clone(),
        }),
        _ => {
            mistakes.add(pattern, Mistake::ArgumentPattern);
            None
        }
    }
}

/// What the method returns, going by names: a `Result` is what is named so, with an
/// argument. A check in the generated code refuses a `Result` under any other name.
fn output(output: &ReturnType, role: &Role, mistakes: &mut Mistakes) -> Output {
    let ReturnType::Type(_, ty) = output else {
        return Output::Nothing;
    };
    let (output, value) = match type_argument(ty, 0) {
        Some(value) if last_is(ty, "Result") => (Output::Result((**ty).clone()), value),
        _ => (Output::Value((**ty).clone()), &**ty),
    };
    match (value, role) {
        (Type::Reference(borrowed), _) => mistakes.add(
            value,
            Mistake::BorrowedResult {
                instead: &owned(&borrowed.elem),
            },
        ),
        (Type::ImplTrait(_), Role::Call) => mistakes.add(value, Mistake::ImplResult),
        (Type::Tuple(unit), role) if unit.elems.is_empty() && !matches!(role, Role::Connect) => {}
        (_, Role::Connect) if !last_is(value, "Admission") => {
            mistakes.add(value, Mistake::NoAdmission);
        }
        (_, Role::Init | Role::Message(_) | Role::Close | Role::Error | Role::Alarm) => {
            let mark = role.mark().unwrap_or_default();
            mistakes.add(value, Mistake::AnswerToNobody { mark });
        }
        _ => {}
    }
    output
}

//! One method of an `#[actor]` impl block, as a handler.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Ident, ImplItemFn, Meta, Pat, PathArguments,
    ReturnType, Signature, Type, TypeReference, Visibility, parse_quote, parse_quote_spanned,
};

use crate::attributes;
use crate::checks::{self, Facts};
use crate::mistakes::{Mistake, Mistakes};

/// The names that the runtime gives a meaning of its own.
const RESERVED: &[&str] = &[
    "alarm",
    "connect",
    "constructor",
    "dup",
    "fetch",
    "id",
    "name",
    "then",
];

/// What a handler gets from its context, and what it may be called in other frameworks.
const OF_CTX: &[(&str, &str)] = &[
    ("Alarms", "ctx.alarms()"),
    ("Context", "ctx"),
    ("Env", "ctx.env()"),
    ("Sockets", "ctx.sockets()"),
    ("Sql", "ctx.sql()"),
    ("SqlStorage", "ctx.sql()"),
    ("State", "ctx"),
    ("Storage", "ctx.sql()"),
];

/// The marks that a method can have.
pub(super) const MARKS: &[&str] = &[
    "on_init",
    "on_request",
    "on_connect",
    "on_message",
    "on_close",
    "on_error",
    "alarm",
];

/// What a method is for.
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
}

/// Which messages an `#[on_message]` method takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Those with its name as their type.
    Named,
    Json,
    Text,
    Bytes,
    /// Those that no other takes.
    Unhandled,
}

/// A handler.
pub(super) struct Method {
    pub(super) role: Role,
    /// The mark that says so, if there is one.
    pub(super) mark: Option<Attribute>,
    pub(super) name: Ident,
    pub(super) docs: Vec<Attribute>,
    pub(super) conditions: Vec<Attribute>,
    is_async: bool,
    is_exclusive: bool,
    takes_ctx: bool,
    takes_request: bool,
    /// The socket that it takes, if it takes one.
    pub(super) socket: Option<SocketArgument>,
    pub(super) arguments: Vec<Argument>,
    output: Output,
}

/// An argument after `ctx`.
pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) ty: Type,
}

impl Argument {
    /// The name of its type, in small letters.
    pub(super) fn kind(&self) -> String {
        let name = match &self.ty {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        name.unwrap_or_default().to_lowercase()
    }
}

/// The socket that something comes from.
pub(super) struct SocketArgument {
    /// What it carries.
    pub(super) carries: Type,
    actor: Ident,
}

/// What a method returns.
enum Output {
    Nothing,
    Value(Type),
    Result(Type),
}

impl Method {
    /// Takes the marks away from a method, and reads it as a handler if it is one.
    pub(super) fn parse(
        item: &mut ImplItemFn,
        actor: &Ident,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let (role, mark) = role(item, mistakes)?;
        let mut found = Mistakes::default();
        let method = Self::read(item, actor, role, mark, &mut found);
        let is_right = found.is_empty();
        mistakes.extend(found);
        method.filter(|_| is_right)
    }

    fn read(
        item: &ImplItemFn,
        actor: &Ident,
        role: Role,
        mark: Option<Attribute>,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let signature = signature(item, actor);
        let mut inputs = signature.inputs.iter();
        let is_exclusive = receiver(&signature, inputs.next(), &role, mistakes)?;
        check_name(&signature, &role, mistakes)?;
        let mut inputs = inputs.filter_map(typed).peekable();
        let ctx = inputs.next_if(|(_, ty)| is_ctx(ty));
        if let Some((_, ty)) = ctx {
            check_ctx(ty, actor, mistakes);
        }
        let request = inputs.next_if(|(_, ty)| matches!(role, Role::Connect) && is_request(ty));
        let socket = inputs.next_if(|(_, ty)| role.is_of_a_socket() && is_socket(ty));
        let arguments: Vec<_> = inputs
            .filter_map(|(pattern, ty)| argument(pattern, ty, mistakes))
            .collect();
        if let Some(argument) = arguments.get(12) {
            mistakes.add(&argument.name, Mistake::TooManyArguments);
        }
        if matches!(
            (&role, &signature.output),
            (Role::Request, ReturnType::Default)
        ) {
            mistakes.add(&signature.ident, Mistake::NoResponse);
        }
        if let (Role::Connect, ReturnType::Default) = (&role, &signature.output) {
            mistakes.add(&signature.ident, Mistake::NoAdmission);
        }
        if let Some(mistake) = wrong_arguments(&role, &arguments) {
            let first = arguments.first().map(|argument| &argument.name);
            mistakes.add(first.unwrap_or(&signature.ident), mistake);
        }
        Some(Self {
            name: signature.ident.clone(),
            docs: attributes::docs(&item.attrs).into_iter().cloned().collect(),
            conditions: attributes::conditions(&item.attrs)
                .into_iter()
                .cloned()
                .collect(),
            is_async: signature.asyncness.is_some(),
            is_exclusive,
            takes_ctx: ctx.is_some(),
            takes_request: request.is_some(),
            socket: socket.map(|(_, ty)| SocketArgument::new(ty, actor)),
            arguments,
            output: output(&signature.output, &role, mistakes),
            role,
            mark,
        })
    }

    /// The method's name without `r#`.
    pub(super) fn plain_name(&self) -> String {
        self.name.unraw().to_string()
    }

    /// The condition for there being no such method.
    pub(super) fn without_conditions(&self) -> TokenStream {
        let conditions = self.conditions.iter();
        let predicates = conditions
            .filter_map(|condition| condition.meta.require_list().ok())
            .map(|list| &list.tokens);
        quote!(#[cfg(not(all(#(#predicates),*)))])
    }

    pub(super) fn is_async(&self) -> bool {
        self.is_async
    }

    pub(super) fn argument_types(&self) -> impl Iterator<Item = &Type> {
        self.arguments.iter().map(|argument| &argument.ty)
    }

    /// Names for the arguments in generated code, where the user's could mean
    /// something else.
    pub(super) fn values(&self) -> Vec<Ident> {
        (0..self.arguments.len())
            .map(|index| format_ident!("argument_{index}"))
            .collect()
    }

    /// Asks of the types in the signature what is needed, each at its place.
    pub(super) fn check(&self, facts: &Facts<'_>) {
        let (argument, value) = match self.role {
            Role::Request => (("Asked", "REQUEST"), ("Responds", "RESPONSE")),
            Role::Connect => (("Argument", "SERDE"), ("Attached", "SERDE")),
            _ => (("Argument", "SERDE"), ("Answer", "SERDE")),
        };
        let check = |(check, fact), ty| facts.check(&self.conditions, check, ty, fact, ty);
        if !self.role.is_given() {
            self.argument_types().for_each(|ty| match is_of_ctx(ty) {
                true => check(("NotOfCtx", "SERDE"), ty),
                false => check(argument, ty),
            });
        }
        if let Some(ty) = self.admitted().or(self.value()) {
            check(value, ty);
        }
        if let Some(ty) = self.admitted() {
            check(("StillAttached", "STILL"), ty);
        }
        match &self.output {
            Output::Nothing => {}
            Output::Value(ty) => check(("Plain", "VALUE"), ty),
            Output::Result(ty) => {
                let error = type_argument(ty, 1).unwrap_or(ty);
                facts.check(&self.conditions, "Failure", error, "ERROR", ty);
            }
        }
    }

    /// What an `#[on_connect]` method admits sockets with.
    pub(super) fn admitted(&self) -> Option<&Type> {
        match self.role {
            Role::Connect => type_argument(self.value()?, 0),
            _ => None,
        }
    }

    /// What the method answers when it succeeds, if that is something.
    fn value(&self) -> Option<&Type> {
        match &self.output {
            Output::Nothing => None,
            Output::Value(ty) => Some(ty),
            Output::Result(ty) => type_argument(ty, 0),
        }
    }

    /// The type that a stub's caller gets.
    pub(super) fn value_type(&self) -> TokenStream {
        match self.value() {
            Some(value) => value.to_token_stream(),
            None => quote!(()),
        }
    }

    /// The call of the method on `actor`, as a `Result` of the framework's.
    pub(super) fn outcome(&self, facts: &Facts<'_>) -> TokenStream {
        let (krate, call) = (facts.krate, self.invoked(facts));
        match &self.output {
            Output::Result(ty) => {
                let converts = facts.if_so(&self.conditions, "ERROR", ty);
                quote!(<#converts as #krate::__private::Outcome<#ty>>::outcome(#call))
            }
            _ => quote!(#krate::Result::<_, #krate::Error>::Ok(#call)),
        }
    }

    /// The call of the method on `actor`, as it returns.
    fn invoked(&self, facts: &Facts<'_>) -> TokenStream {
        let Self { name, .. } = self;
        let ctx = self.takes_ctx.then(|| quote!(ctx,));
        let request = self.takes_request.then(|| quote!(&opening.request,));
        let socket = self.socket.as_ref();
        let socket = socket.map(|socket| socket.view(&self.conditions, facts));
        let values = self.values();
        let awaited = self.is_async.then(|| quote!(.await));
        quote!(actor.#name(#ctx #request #socket #(#values),*) #awaited)
    }

    /// [`outcome`](Self::outcome) with arguments that have been decoded.
    pub(super) fn carried_outcome(&self, facts: &Facts<'_>) -> TokenStream {
        let values = self.values();
        let carriers = self.argument_types().map(|ty| self.carry(ty, facts));
        let outcome = self.outcome(facts);
        quote!(#(let #values = #carriers::back(#values);)* #outcome)
    }

    /// The types that the arguments are decoded as.
    pub(super) fn carried_types(&self, facts: &Facts<'_>) -> Vec<TokenStream> {
        let carriers = self.argument_types().map(|ty| self.carry(ty, facts));
        carriers.map(|carrier| quote!(#carrier::Type)).collect()
    }

    fn carry(&self, ty: &Type, facts: &Facts<'_>) -> TokenStream {
        facts.carry(&self.conditions, ty)
    }

    /// What crosses when the method is called.
    pub(super) fn signature(&self, facts: &Facts<'_>) -> Ident {
        let (conditions, krate, nothing) = (&self.conditions, facts.krate, parse_quote!(()));
        let carrier = |ty| facts.carrier(conditions, ty);
        let arguments = self.argument_types().map(carrier);
        let outcome = match &self.output {
            Output::Result(ty) => facts.if_so(conditions, "ERROR", ty),
            _ => quote!(#krate::__private::Always),
        };
        let value = carrier(self.value().unwrap_or(&nothing));
        let parts = quote!((#(#arguments,)*), #outcome, #value);
        facts.name(
            conditions,
            &parts,
            || quote!(#krate::__private::Signature<#parts>),
        )
    }

    /// The turn of a call: in the words of `Signature`.
    pub(super) fn called(&self, actor: &Ident, facts: &Facts<'_>) -> TokenStream {
        let (krate, signature) = (facts.krate, self.signature(facts));
        let (kind, asyncness, reference) = self.kind();
        let names = self.arguments.iter();
        let names = names.map(|argument| argument.name.unraw().to_string());
        let (values, invoked) = (self.values(), self.invoked(facts));
        quote! {
            #signature::#kind(
                object, call, &[#(#names),*],
                #asyncness |actor: #reference #actor, ctx: &#krate::Ctx<#actor>, (#(#values,)*)| {
                    #invoked
                },
            )
        }
    }

    /// The stub's arguments, as a tuple to encode.
    pub(super) fn carried_arguments(&self, facts: &Facts<'_>) -> TokenStream {
        let carried = self.arguments.iter().map(|Argument { name, ty }| {
            let carrier = self.carry(ty, facts);
            quote!(#carrier::pass(#name))
        });
        quote!((#(#carried,)*))
    }

    /// A turn of `object` in which `body` runs; it sees `actor` and `ctx`.
    pub(super) fn turn(
        &self,
        actor: &Ident,
        krate: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let (kind, asyncness, reference) = self.kind();
        quote! {
            object.#kind(
                #asyncness move |actor: #reference #actor, ctx: &#krate::Ctx<#actor>| { #body }
            )
        }
    }

    /// What begins its turn, whether that is asynchronous, and how it borrows the actor.
    fn kind(&self) -> (Ident, Option<TokenStream>, TokenStream) {
        let (kind, reference) = match self.is_exclusive {
            true => ("exclusive", quote!(&mut)),
            false => ("shared", quote!(&)),
        };
        match self.is_async {
            true => (
                format_ident!("{kind}_async"),
                Some(quote!(async)),
                reference,
            ),
            false => (format_ident!("{kind}"), None, reference),
        }
    }
}

impl Role {
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
        }
    }
}

impl Role {
    /// Whether something has come from a socket.
    fn is_of_a_socket(&self) -> bool {
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

/// What the arguments should be, if they are not that.
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

/// What the method is for, if it is a handler at all.
fn role(item: &mut ImplItemFn, mistakes: &mut Mistakes) -> Option<(Role, Option<Attribute>)> {
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
    }
    if is_public {
        mistakes.add(&item.vis, Mistake::PublicMark { mark });
    }
    let has_options = ["alarm", "on_message"].contains(&mark);
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
        _ => Role::Alarm,
    };
    Some((role, Some(attribute)))
}

/// Which messages the mark says.
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
    let mut found = Mistakes::default();
    let options = attributes::options(list.tokens.clone(), &known, &mut found);
    let is_right = matches!(&options[..], [Meta::Path(_)]);
    if !is_right && found.is_empty() {
        found.add(list, Mistake::MessageParts);
    }
    mistakes.extend(found);
    match options.first().map(attributes::name).as_deref() {
        Some("json") => Part::Json,
        Some("text") => Part::Text,
        Some("bytes") => Part::Bytes,
        Some("unhandled") => Part::Unhandled,
        _ => Part::Named,
    }
}

/// The signature as it reads outside of the actor's own impl block, where it matters: of
/// `&Ctx<Self>` there is nothing to be read.
fn signature(item: &ImplItemFn, actor: &Ident) -> Signature {
    let is_ctx = |input: &&FnArg| typed(input).is_some_and(|(_, ty)| is_ctx(ty));
    let (inputs, output) = (&item.sig.inputs, &item.sig.output);
    let others = inputs.iter().filter(|input| !is_ctx(input));
    if !checks::says_self(quote!(#(#others)* #output)) {
        return item.sig.clone();
    }
    let tokens = checks::without_self(item.sig.to_token_stream(), actor);
    syn::parse2(tokens).unwrap_or_else(|_| item.sig.clone())
}

/// Whether the method has the actor to itself, if it is one.
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

/// A method has one name and one signature, for callers from outside of Rust.
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
        _ => &[],
    };
    if method == "get" {
        mistakes.add(&signature.ident, Mistake::NameOfGet);
    } else if reserved.contains(&method.as_str()) {
        mistakes.add(&signature.ident, Mistake::ReservedName { method });
    }
    Some(())
}

fn typed(input: &FnArg) -> Option<(&Pat, &Type)> {
    match input {
        FnArg::Typed(typed) => Some((&typed.pat, &typed.ty)),
        FnArg::Receiver(_) => None,
    }
}

/// Whether the type is called like what the context gives, and may be that.
fn is_of_ctx(ty: &Type) -> bool {
    let mut names = ["Alarms", "Env", "Sockets", "Sql"].iter();
    names.any(|name| last_is(ty, name))
}

/// The last part of a path type, if it has that name.
fn last_is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// Whether the type is a `Ctx`, borrowed as it should be or not.
fn is_ctx(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => last_is(&reference.elem, "Ctx"),
        ty => last_is(ty, "Ctx"),
    }
}

/// Whether the type is a socket, borrowed as it should be.
fn is_socket(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if last_is(&reference.elem, "Socket"))
}

/// Whether the type is a request, borrowed.
fn is_request(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if last_is(&reference.elem, "Request"))
}

impl SocketArgument {
    /// That of `&Socket<T>`.
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

    /// What the actor's sockets carry.
    fn attachment(&self, krate: &TokenStream) -> TokenStream {
        let actor = &self.actor;
        quote!(<#actor as #krate::Actor>::Attachment)
    }

    /// The actor's `socket` as the method takes it.
    fn view(&self, conditions: &[Attribute], facts: &Facts<'_>) -> TokenStream {
        let krate = facts.krate;
        let (attachment, carries) = (self.attachment(krate), &self.carries);
        let same = facts.if_so(conditions, "SAME", &quote!((#attachment, #carries)));
        quote!(<#same as #krate::__private::View<#attachment, #carries>>::view(&socket),)
    }

    /// Refuses one that carries something else than the actor's sockets.
    pub(super) fn check(&self, conditions: &[Attribute], facts: &Facts<'_>) -> TokenStream {
        let krate = facts.krate;
        let (attachment, carries) = (self.attachment(krate), &self.carries);
        let carrier = facts.carry(conditions, carries);
        let same = checks::probe("SAME", &quote!((#attachment, #carrier::Type)), krate);
        quote! {
            #(#conditions)*
            const _: () =
                <#carries as #krate::__private::AttachedAlike<#attachment, { #same }>>::CHECKED;
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

fn argument(pattern: &Pat, ty: &Type, mistakes: &mut Mistakes) -> Option<Argument> {
    if is_ctx(ty) {
        mistakes.add(ty, Mistake::CtxNotFirst);
        return None;
    }
    if is_socket(ty) {
        mistakes.add(ty, Mistake::SocketPlace);
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

/// The owned form of a type that is borrowed.
fn owned(borrowed: &Type) -> String {
    match borrowed {
        ty if last_is(ty, "str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
        ty => text(ty),
    }
}

fn text(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "")
}

/// What the method returns, as it is written: what is called `Result` and says of
/// what is one. The checks see to it that nothing else is.
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

/// One of a path type's type arguments.
fn type_argument(ty: &Type, index: usize) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.nth(index)
}

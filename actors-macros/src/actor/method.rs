//! One method of an `#[actor]` impl block, as a handler.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericArgument, Ident, ImplItemFn, Pat, PathArguments, ReturnType, Type,
    TypeReference, Visibility,
};

use crate::attributes;
use crate::mistakes::{Mistake, Mistakes};

/// The names that the runtime gives a meaning of its own.
const RESERVED: &[&str] = &["alarm", "connect", "constructor", "dup", "fetch", "then"];

/// The marks that a method can have.
pub(super) const MARKS: &[&str] = &["on_init", "on_request", "alarm"];

/// What a method is for.
pub(super) enum Role {
    /// Called by others.
    Call,
    Init,
    Request,
    Alarm,
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
    pub(super) arguments: Vec<Argument>,
    output: Output,
}

/// An argument after `ctx`.
pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) ty: Type,
}

/// What a method returns.
enum Output {
    Nothing,
    Value(Type),
    /// Something called `Result`.
    Result(Type),
}

impl Method {
    /// Takes the marks away from a method, and reads it as a handler if it is one.
    pub(super) fn parse(item: &mut ImplItemFn, mistakes: &mut Mistakes) -> Option<Self> {
        let (role, mark) = role(item, mistakes)?;
        let mut found = Mistakes::default();
        let method = Self::read(item, role, mark, &mut found);
        let is_right = found.is_empty();
        mistakes.extend(found);
        method.filter(|_| is_right)
    }

    fn read(
        item: &ImplItemFn,
        role: Role,
        mark: Option<Attribute>,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let signature = &item.sig;
        let name = signature.ident.unraw();
        let mut inputs = signature.inputs.iter();
        let is_exclusive = match inputs.next() {
            Some(FnArg::Receiver(receiver)) if is_plain_reference(receiver) => {
                receiver.mutability.is_some()
            }
            Some(FnArg::Receiver(receiver)) => {
                mistakes.add(
                    receiver,
                    Mistake::Receiver {
                        method: &name.to_string(),
                    },
                );
                return None;
            }
            _ => {
                let mark = role.mark()?; // without a mark, it is just a function
                mistakes.add(&signature.ident, Mistake::NoReceiver { mark });
                return None;
            }
        };
        if !signature.generics.params.is_empty() {
            let mistake = Mistake::MethodGenerics {
                method: &name.to_string(),
            };
            mistakes.add(&signature.generics.params, mistake);
            return None;
        }
        if matches!(role, Role::Call) && RESERVED.contains(&name.to_string().as_str()) {
            mistakes.add(
                &signature.ident,
                Mistake::ReservedName {
                    method: &name.to_string(),
                },
            );
        }
        let mut inputs = inputs.filter_map(typed).peekable();
        let takes_ctx = inputs.next_if(|(_, ty)| is_ctx(ty)).is_some();
        let arguments: Vec<_> = inputs
            .filter_map(|(pattern, ty)| argument(pattern, ty, mistakes))
            .collect();
        if arguments.len() > 12 {
            mistakes.add(&signature.inputs, Mistake::TooManyArguments);
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
            takes_ctx,
            arguments,
            output: output(&signature.output, mistakes),
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

    /// Names for the arguments in generated code, where the user's could mean
    /// something else.
    pub(super) fn values(&self) -> Vec<Ident> {
        (0..self.arguments.len())
            .map(|index| format_ident!("argument_{index}"))
            .collect()
    }

    /// The type that a stub's caller gets.
    pub(super) fn value_type(&self, krate: &TokenStream) -> TokenStream {
        match &self.output {
            Output::Nothing => quote!(()),
            Output::Value(ty) => ty.to_token_stream(),
            Output::Result(ty) => quote!(<#ty as #krate::__private::Outcome>::Value),
        }
    }

    /// The call of the method on `actor`, as a `Result` of the framework's.
    pub(super) fn outcome(&self, krate: &TokenStream) -> TokenStream {
        let Self {
            name, takes_ctx, ..
        } = self;
        let ctx = takes_ctx.then(|| quote!(ctx,));
        let values = self.values();
        let awaited = self.is_async.then(|| quote!(.await));
        let call = quote!(actor.#name(#ctx #(#values),*) #awaited);
        match &self.output {
            Output::Result(ty) => {
                quote_spanned!(ty.span()=> #krate::__private::Outcome::outcome(#call))
            }
            _ => quote!(#krate::__private::ok(#call)),
        }
    }

    /// A turn of `object` in which `body` runs; it sees `actor` and `ctx`.
    pub(super) fn turn(
        &self,
        actor: &Type,
        krate: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let (kind, reference) = match self.is_exclusive {
            true => ("exclusive", quote!(&mut)),
            false => ("shared", quote!(&)),
        };
        let (kind, asyncness) = match self.is_async {
            true => (format_ident!("{kind}_async"), Some(quote!(async))),
            false => (format_ident!("{kind}"), None),
        };
        quote! {
            object.#kind(
                #asyncness move |actor: #reference #actor, ctx: &#krate::Ctx<#actor>| { #body }
            )
        }
    }
}

impl Role {
    fn mark(&self) -> Option<&'static str> {
        match self {
            Self::Call => None,
            Self::Init => Some("on_init"),
            Self::Request => Some("on_request"),
            Self::Alarm => Some("alarm"),
        }
    }
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
        mistakes.add(
            &attribute,
            Mistake::TwoMarks {
                first: mark,
                second,
            },
        );
        return None;
    }
    if is_public {
        mistakes.add(&item.vis, Mistake::PublicMark { mark });
    }
    if mark != "alarm" && attribute.meta.require_path_only().is_err() {
        mistakes.add(&attribute, Mistake::MarkArguments { mark });
    }
    let role = match mark {
        "on_init" => Role::Init,
        "on_request" => Role::Request,
        _ => Role::Alarm,
    };
    Some((role, Some(attribute)))
}

fn is_plain_reference(receiver: &syn::Receiver) -> bool {
    receiver.reference.is_some() && receiver.colon_token.is_none()
}

fn typed(input: &FnArg) -> Option<(&Pat, &Type)> {
    match input {
        FnArg::Typed(typed) => Some((&typed.pat, &typed.ty)),
        FnArg::Receiver(_) => None,
    }
}

/// The last part of a path type, if it has that name.
fn last_is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn is_ctx(ty: &Type) -> bool {
    matches!(ty, Type::Reference(TypeReference { elem, .. }) if last_is(elem, "Ctx"))
}

fn argument(pattern: &Pat, ty: &Type, mistakes: &mut Mistakes) -> Option<Argument> {
    if is_ctx(ty) || last_is(ty, "Ctx") {
        mistakes.add(ty, Mistake::CtxNotFirst);
        return None;
    }
    if let Type::Reference(reference) = ty {
        mistakes.add(
            ty,
            Mistake::BorrowedArgument {
                instead: &owned(&reference.elem),
            },
        );
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

fn output(output: &ReturnType, mistakes: &mut Mistakes) -> Output {
    let ReturnType::Type(_, ty) = output else {
        return Output::Nothing;
    };
    let is_result = last_is(ty, "Result");
    let value = if is_result {
        first_argument(ty)
    } else {
        Some(&**ty)
    };
    if let Some(borrowed @ Type::Reference(_)) = value {
        mistakes.add(borrowed, Mistake::BorrowedResult);
    }
    match is_result {
        true => Output::Result((**ty).clone()),
        false => Output::Value((**ty).clone()),
    }
}

fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    match &path.path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

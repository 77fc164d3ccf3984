//! One method of a `#[remote]` trait.

use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident, LitStr, Pat, ReturnType, Signature, TraitItemFn, Type};

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::calls::{MOST_ARGUMENTS, RESERVED};
use crate::common::mistakes::Mistakes;
use crate::common::types::{last_is, owned, text, type_argument};

/// The options of `#[remote]` on a method.
const OPTIONS: &[&str] = &["name = \"chargeCard\""];

pub(super) struct Method {
    pub(super) signature: Signature,
    pub(super) conditions: Vec<Attribute>,
    /// The name in JavaScript.
    pub(super) called: LitStr,
    /// What is called, if all of it is right.
    pub(super) call: Option<Call>,
}

/// The typed boundary of a method.
pub(super) struct Call {
    pub(super) arguments: Vec<Argument>,
    /// The `Result` as it is written.
    pub(super) returned: Type,
    /// What it has on success.
    pub(super) value: Type,
}

pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) ty: Type,
}

impl Method {
    /// Removes the marks from a method, and reads it.
    pub(super) fn parse(item: &mut TraitItemFn, of: &Ident, mistakes: &mut Mistakes) -> Self {
        let marks = attributes::take(&mut item.attrs, "remote");
        let called = called(&marks, &item.sig.ident, mistakes);
        let before = mistakes.count();
        check(item, of, mistakes);
        let call = call(&item.sig, mistakes).filter(|_| mistakes.count() == before);
        Self {
            conditions: attributes::conditions(&item.attrs),
            signature: item.sig.clone(),
            called,
            call,
        }
    }

    /// Whether both call the same, in the same builds.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let of = |method: &Self| {
            let conditions = &method.conditions;
            (method.called.value(), quote!(#(#conditions)*).to_string())
        };
        of(self) == of(other)
    }
}

/// The name that is called: literally that of the method, unless the mark has another.
fn called(marks: &[Attribute], method: &Ident, mistakes: &mut Mistakes) -> LitStr {
    let options = attributes::options_of(marks, OPTIONS, mistakes);
    let option = attributes::find(&options, "name");
    let given = option.and_then(|option| attributes::text(option, mistakes));
    let called = match given {
        Some(given) => given.clone(),
        None => LitStr::new(&method.unraw().to_string(), method.span()),
    };
    let name = called.value();
    if RESERVED.contains(&&*name) {
        mistakes.add(&called, Mistake::ReservedName(&name));
    } else if !is_identifier(&name) {
        mistakes.add(&called, Mistake::MethodName(&name));
    }
    called
}

/// Whether JavaScript takes it for the name of a method.
fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    let may_begin = |first: char| first.is_alphabetic() || "_$".contains(first);
    letters.next().is_some_and(may_begin)
        && letters.all(|letter| letter.is_alphanumeric() || "_$".contains(letter))
}

/// Checks all but the types.
fn check(item: &TraitItemFn, of: &Ident, mistakes: &mut Mistakes) {
    let Signature {
        ident,
        generics,
        asyncness,
        ..
    } = &item.sig;
    let (method, of) = (&*ident.unraw().to_string(), &*of.unraw().to_string());
    if !generics.params.is_empty() {
        mistakes.add(&generics.params, Mistake::MethodGenerics { method });
    } else if let Some(body) = &item.default {
        mistakes.add(body, Mistake::Body { method, of });
    } else if asyncness.is_none() {
        mistakes.add(&item.sig.fn_token, Mistake::NotAsync { method });
    } else if !item.sig.inputs.first().is_some_and(is_shared_self) {
        match item.sig.receiver() {
            Some(receiver) => mistakes.add(receiver, Mistake::Receiver { method }),
            None => mistakes.add(ident, Mistake::Receiver { method }),
        }
    }
}

fn is_shared_self(first: &FnArg) -> bool {
    matches!(first, FnArg::Receiver(receiver)
        if receiver.reference.is_some()
            && receiver.mutability.is_none()
            && receiver.colon_token.is_none())
}

/// The boundary, if the types can be one.
fn call(signature: &Signature, mistakes: &mut Mistakes) -> Option<Call> {
    let inputs = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let arguments: Option<Vec<_>> = inputs
        .map(|typed| argument(&typed.pat, &typed.ty, mistakes))
        .collect();
    let arguments = arguments?;
    if let Some(argument) = arguments.get(MOST_ARGUMENTS) {
        mistakes.add(&argument.name, Mistake::TooManyArguments);
    }
    let (returned, value) = returned(signature, mistakes)?;
    Some(Call {
        arguments,
        returned,
        value,
    })
}

fn argument(pattern: &Pat, ty: &Type, mistakes: &mut Mistakes) -> Option<Argument> {
    match ty {
        Type::Reference(reference) => {
            let instead = &owned(&reference.elem);
            mistakes.add(ty, Mistake::BorrowedArgument { instead });
        }
        Type::ImplTrait(_) => mistakes.add(ty, Mistake::ImplArgument),
        _ => {}
    }
    match pattern {
        Pat::Ident(name) => Some(Argument {
            name: name.ident.clone(),
            ty: ty.clone(),
        }),
        _ => None, // rustc refuses it in a trait
    }
}

/// The `Result`, going by its name, and what is in it.
fn returned(signature: &Signature, mistakes: &mut Mistakes) -> Option<(Type, Type)> {
    let ty = match &signature.output {
        ReturnType::Type(_, ty) => ty,
        ReturnType::Default => {
            mistakes.add(&signature.ident, Mistake::NoResult { instead: "()" });
            return None;
        }
    };
    let Some(value) = type_argument(ty, 0).filter(|_| last_is(ty, "Result")) else {
        let instead = &text(ty);
        mistakes.add(ty, Mistake::NoResult { instead });
        return None;
    };
    if let Type::Reference(reference) = value {
        let instead = &owned(&reference.elem);
        mistakes.add(value, Mistake::BorrowedResult { instead });
        return None;
    }
    Some(((**ty).clone(), value.clone()))
}

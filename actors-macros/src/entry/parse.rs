//! What is written in `entry!`.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Path, Token, parenthesized};

use super::mistakes::{Mistake, OPTIONS};
use super::route::Route;
use crate::common::config::Config;
use crate::common::mistakes::Mistake as Options;
use crate::common::words::name_in;

/// The Worker in front.
#[derive(Default)]
pub(crate) struct Entry {
    pub(super) routes: Vec<Route>,
    /// The classes that no route names.
    pub(super) also: Vec<Also>,
    pub(super) front: Front,
    /// The struct of the bindings that it uses.
    pub(super) bindings: Option<Path>,
    pub(super) scheduled: Option<Expr>,
    /// The consumers, with the names of their queues.
    pub(super) queues: Vec<(Option<LitStr>, Expr)>,
    pub(super) config: Config,
}

/// What happens to a request besides the routes.
#[derive(Default)]
pub(super) struct Front {
    pub(super) before: Option<Expr>,
    pub(super) fallback: Option<Expr>,
    pub(super) assets: Option<LitStr>,
}

/// A class that no route names.
pub(super) enum Also {
    Actor(Path),
    /// One that is no actor.
    Other(LitStr),
}

impl Entry {
    /// Whether it answers requests.
    pub(super) fn has_fetch(&self) -> bool {
        !self.routes.is_empty() || self.front.is_asked()
    }

    pub(super) fn does_something(&self) -> bool {
        self.has_fetch() || self.scheduled.is_some() || !self.queues.is_empty()
    }
}

impl Front {
    /// Whether requests need more than the routes.
    pub(super) fn is_asked(&self) -> bool {
        self.before.is_some() || self.fallback.is_some() || self.assets.is_some()
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut entry = Self::default();
        while !input.is_empty() {
            match option(input) {
                Some(name) => entry.option(&name, input)?,
                None => entry.routes.push(input.parse()?),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(entry)
    }
}

/// The name of the option that comes next, if one does.
fn option(input: ParseStream<'_>) -> Option<Ident> {
    let ahead = input.fork();
    let name = ahead.call(Ident::parse_any).ok()?;
    let is_set = ahead.peek(Token![=]) && !ahead.peek(Token![=>]) && !ahead.peek(Token![==]);
    (is_set || ahead.peek(syn::token::Paren)).then_some(name)
}

impl Entry {
    fn option(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        input.call(Ident::parse_any)?;
        match name.to_string().as_str() {
            "before" => set(&mut self.front.before, name, input),
            "fallback" => set(&mut self.front.fallback, name, input),
            "assets" => set(&mut self.front.assets, name, input),
            "scheduled" => set(&mut self.scheduled, name, input),
            "bindings" => self.bindings(name, input),
            "queue" => self.queue(input),
            "also" => {
                let classes;
                parenthesized!(classes in input);
                let classes = Punctuated::<Also, Token![,]>::parse_terminated(&classes)?;
                self.also.extend(classes);
                Ok(())
            }
            "config" => {
                input.parse::<Token![=]>()?;
                self.config = input.parse()?;
                Ok(())
            }
            _ => {
                let (option, options) = (&name.to_string(), OPTIONS);
                Err(syn::Error::new(
                    name.span(),
                    Options::UnknownOption { option, options },
                ))
            }
        }
    }

    fn bindings(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        only_once(&self.bindings, name)?;
        if !input.peek(syn::token::Paren) {
            return Err(refuse(name.span(), Mistake::Bindings));
        }
        let bindings;
        parenthesized!(bindings in input);
        let named = bindings.call(Punctuated::<Path, Token![,]>::parse_terminated);
        match named.map(Vec::from_iter).as_deref() {
            Ok([one]) => self.bindings = Some(one.clone()),
            _ => return Err(refuse(name.span(), Mistake::Bindings)),
        }
        Ok(())
    }

    fn queue(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = match input.peek(syn::token::Paren) {
            true => {
                let name;
                parenthesized!(name in input);
                Some(name.parse()?)
            }
            false => None,
        };
        input.parse::<Token![=]>()?;
        self.queues.push((name, input.parse()?));
        Ok(())
    }
}

fn set<T: Parse>(option: &mut Option<T>, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    only_once(option, name)?;
    input.parse::<Token![=]>()?;
    *option = Some(input.parse()?);
    Ok(())
}

fn only_once<T>(option: &Option<T>, name: &Ident) -> syn::Result<()> {
    match option {
        Some(_) => {
            let twice = Options::OptionTwice(&name.to_string()).to_string();
            Err(syn::Error::new(name.span(), twice))
        }
        None => Ok(()),
    }
}

impl Also {
    /// The class, if it is no actor.
    pub(super) fn other(&self) -> Option<String> {
        match self {
            Self::Actor(_) => None,
            Self::Other(class) => Some(class.value()),
        }
    }
}

impl Parse for Also {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        match input.peek(LitStr) {
            true => input.parse().map(Self::Other),
            false => input.parse().map(Self::Actor),
        }
    }
}

impl Parse for Route {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path: Option<LitStr> = match input.peek(LitStr) {
            true => Some(input.parse()?),
            false => None,
        };
        if let Some(path) = &path {
            let arrow = input.parse::<Token![=>]>();
            arrow.map_err(|_| refuse(path.span(), Mistake::WithoutActor))?;
        }
        let actor: Path = input.parse()?;
        if path.is_none() && is_function(&actor) {
            return Err(syn::Error::new_spanned(&actor, function(&actor)));
        }
        let chooses = input.peek(Token![,]) && (input.peek2(Token![|]) || input.peek2(Token![||]));
        let choose = match chooses {
            true => {
                input.parse::<Token![,]>()?;
                Some(input.parse()?)
            }
            false => None,
        };
        Ok(Self {
            path,
            actor,
            choose,
        })
    }
}

/// Whether the path looks like a function's and not like an actor's.
fn is_function(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| {
        let name = last.ident.unraw().to_string();
        name.starts_with(|first: char| first.is_lowercase())
    })
}

fn function(path: &Path) -> Mistake<'static> {
    let name = path.to_token_stream().to_string();
    let mut options = OPTIONS.iter();
    match options.find(|option| name_in(option) == name) {
        Some(option) => Mistake::Incomplete(option),
        None => Mistake::Function,
    }
}

fn refuse(place: Span, mistake: Mistake<'_>) -> syn::Error {
    syn::Error::new(place, mistake)
}

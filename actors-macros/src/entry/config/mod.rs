//! Whether the crate's configuration of wrangler agrees with `entry!`.

mod advice;
mod wrangler;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use self::advice::Advice;
use self::wrangler::{Storage, Wrangler};
use super::mistakes::{NAME, Unbound};
use super::parse::{Also, Entry};
use crate::common::mistakes::{self as common, Mistakes};
use crate::common::words::nearest;

/// An actor of the Worker.
struct Actor<'a> {
    path: &'a Path,
    class: String,
    /// The name of its binding, as an expression.
    binding: TokenStream,
}

/// Compares the entry with the file, if there is one. Returns what can only be checked where the
/// names of the bindings are known, and what has the crate compiled again when the file changes.
pub(super) fn check(entry: &Entry, mistakes: &mut Mistakes) -> TokenStream {
    let Some((file, place)) = entry.config.file() else {
        return TokenStream::new();
    };
    let name = &file.name;
    let wrangler = match Wrangler::read(&file) {
        Ok(wrangler) => wrangler,
        Err(why) => {
            mistakes.add_at(
                place,
                common::Mistake::Unreadable {
                    file: name,
                    why: &why,
                },
            );
            return file.tracked();
        }
    };
    let (actors, tracked) = (actors(entry), file.tracked());
    let checks = Check {
        advice: Advice {
            file: name,
            wrangler,
        },
        actors,
    };
    let checks = checks.run(entry, place, mistakes);
    quote!(#tracked #(#checks)*)
}

/// The actors, each once.
fn actors(entry: &Entry) -> Vec<Actor<'_>> {
    let routes = entry.routes.iter().enumerate();
    let routes = routes.map(|(index, route)| (&route.actor, quote!(ROUTES[#index].binding())));
    let also = entry.also.iter().filter_map(|also| match also {
        Also::Actor(path) => Some((path, bound(path))),
        Also::Other(_) => None,
    });
    let mut actors = Vec::<Actor<'_>>::new();
    for (path, binding) in routes.chain(also) {
        let class = path
            .segments
            .last()
            .map(|last| last.ident.unraw().to_string());
        let class = class.unwrap_or_default();
        if actors.iter().all(|known| known.class != class) {
            actors.push(Actor {
                path,
                class,
                binding,
            });
        }
    }
    actors
}

/// The name of the binding of an actor that no route names.
pub(super) fn bound(actor: &Path) -> TokenStream {
    quote! {
        ::actors_core::__private::Route::to::<#actor>(
            ::core::option::Option::None,
            ::actors_core::__private::Name::InPath,
        )
        .binding()
    }
}

struct Check<'a> {
    advice: Advice<'a>,
    actors: Vec<Actor<'a>>,
}

impl Check<'_> {
    /// Returns what the compiler is to check.
    fn run(&self, entry: &Entry, place: Span, mistakes: &mut Mistakes) -> Vec<TokenStream> {
        let unknown = self.unknown(entry);
        let before = mistakes.count();
        let mut are_known = true;
        let mut checks = Vec::new();
        for actor in &self.actors {
            are_known &= self.is_known(&actor.class);
            checks.extend(self.actor(actor, &unknown, mistakes));
        }
        // A class that was renamed is one mistake.
        if are_known && mistakes.count() == before {
            for class in unknown {
                mistakes.add_at(place, self.advice.unknown(class));
            }
        }
        checks
    }

    fn wrangler(&self) -> &Wrangler {
        &self.advice.wrangler
    }

    /// The classes in the file that are none of the Worker's.
    fn unknown(&self, entry: &Entry) -> Vec<&str> {
        let others: Vec<_> = entry.also.iter().filter_map(Also::other).collect();
        let is_known = |class: &str| {
            self.actors.iter().any(|actor| actor.class == class)
                || others.iter().any(|other| other == class)
        };
        let classes = self.wrangler().classes();
        classes.filter(|class| !is_known(class)).collect()
    }

    /// Whether the file has the class, as far as it has to.
    fn is_known(&self, class: &str) -> bool {
        let wrangler = self.wrangler();
        let is_reached = wrangler.has_its_own || !wrangler.bindings(class).is_empty();
        is_reached && wrangler.storage(class).is_some()
    }

    fn actor(
        &self,
        actor: &Actor<'_>,
        unknown: &[&str],
        mistakes: &mut Mistakes,
    ) -> Option<TokenStream> {
        let Actor { path, class, .. } = actor;
        let names = self.wrangler().bindings(class);
        let storage = self.wrangler().storage(class);
        if !self.is_known(class)
            && let Some(other) = nearest(class, unknown)
        {
            mistakes.add(path, self.advice.misspelt(other, class));
            return None;
        }
        let former = unknown.first().copied();
        if names.is_empty() && !self.wrangler().has_its_own {
            let text = self.advice.unbound(class, storage.is_none(), former);
            return Some(compared(actor, &names, &text));
        }
        match storage {
            None => mistakes.add(path, self.advice.without_storage(class, former)),
            Some(Storage::Other) => mistakes.add(path, self.advice.without_sqlite(class)),
            Some(Storage::Sqlite) if names.is_empty() => {}
            Some(Storage::Sqlite) => {
                return Some(compared(
                    actor,
                    &names,
                    &self.advice.bound_as(class, names[0]),
                ));
            }
        }
        None
    }
}

/// Has the compiler compare the name of the actor's binding, which an option of its struct may have
/// set, with those in the file.
fn compared(actor: &Actor<'_>, names: &[&str], text: &Unbound<'_>) -> TokenStream {
    let Actor { path, binding, .. } = actor;
    let text = text.to_string();
    let parts = text.split(NAME);
    let failed = quote_spanned!(path.span()=> ::core::panic!("{}", text));
    quote! {
        const _: () = {
            const NAME: &str = #binding;
            const PARTS: &[&str] = &[#(#parts),*];
            const TEXT: &[u8] = &::actors_core::__private::joined::<
                { ::actors_core::__private::joined_length(PARTS, NAME) },
            >(PARTS, NAME);
            if !::actors_core::__private::is_one_of(NAME, &[#(#names),*]) {
                if let ::core::result::Result::Ok(text) = ::core::str::from_utf8(TEXT) {
                    #failed
                }
            }
        };
    }
}

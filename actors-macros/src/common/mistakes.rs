//! What can be wrong with the options of any mark, and the collection of mistakes found.
//!
//! Each text of a compile error is in a catalogue, the `mistakes.rs` of its folder, beside its
//! variant: [`Mistakes`] takes nothing else.

use std::error::Error;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use super::words::{any_of, name_in, nearest_or};

/// What is wrong with an option.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Mistake<'a> {
    #[error("there is no `{option}` here{}", option_instead(.option, .options))]
    UnknownOption {
        option: &'a str,
        /// An example of each.
        options: &'a [&'a str],
    },
    #[error("this is not an option: write {}", any_of(.options))]
    NotAnOption { options: &'a [&'a str] },
    #[error("`{0}` is given twice: merge both into one")]
    OptionTwice(&'a str),
    #[error("`{0}` takes no value: write `{0}` alone")]
    OptionAlone(&'a str),
    #[error("write the path of the crate: `crate = my_crate::actors_core`")]
    CratePath,
    #[error("`{0}` needs a text: write `{0} = \"…\"`")]
    NotText(&'a str),
    #[error("write the path of the file, `config = \"../wrangler.toml\"`, or `config = false`")]
    Config,
    #[error("{file} can't be read: {why}")]
    Unreadable { file: &'a str, why: &'a str },
}

/// What an unknown option may have meant.
fn option_instead(option: &str, options: &[&str]) -> String {
    let names: Vec<_> = options.iter().map(|option| name_in(option)).collect();
    nearest_or(option, &names, || format!(": write {}", any_of(options)))
}

/// The mistakes found so far in one item.
///
/// None gets lost: they only exist within [`Mistakes::expand`], which writes each as an error.
pub(crate) struct Mistakes(Vec<syn::Error>);

impl Mistakes {
    /// The compile errors of an item, followed by its expansion.
    pub(crate) fn expand(expand: impl FnOnce(&mut Self) -> TokenStream) -> TokenStream {
        let mut mistakes = Self(Vec::new());
        let expanded = expand(&mut mistakes);
        let errors = mistakes.0.iter().map(syn::Error::to_compile_error);
        quote!(#(#errors)* #expanded)
    }

    /// An item that can't be expanded at all: it is kept, with the error.
    pub(crate) fn one(item: &impl ToTokens, mistake: impl Error) -> TokenStream {
        Self::expand(|mistakes| {
            mistakes.add(item, mistake);
            item.to_token_stream()
        })
    }

    /// Records a mistake in those tokens.
    pub(crate) fn add(&mut self, place: &impl ToTokens, mistake: impl Error) {
        self.0.push(syn::Error::new_spanned(place, mistake));
    }

    /// Records a mistake at a span.
    pub(crate) fn add_at(&mut self, place: Span, mistake: impl Error) {
        self.0.push(syn::Error::new(place, mistake));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are, for finding out later whether there are more.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

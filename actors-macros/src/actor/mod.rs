//! `#[actor]`: the item is parsed by `block.rs`; `state.rs` reads the struct, `handlers.rs` the
//! impl block. What is read without mistakes, and what can be saved of the rest, `expand/`
//! writes as Rust.

mod alarm;
pub(crate) mod block;
mod cron;
pub(crate) mod expand;
mod handlers;
mod method;
pub(crate) mod mistakes;
mod role;
mod sockets;
mod state;

use proc_macro2::{Span, TokenStream};

use self::mistakes::Mistake;
use crate::common::mistakes::Mistakes;

/// A mark that stands where `#[actor]` can't see it.
pub(crate) fn misplaced(mark: &str, item: TokenStream) -> TokenStream {
    let mistake = match mark {
        "persist" => Mistake::PersistNotOnField,
        mark => Mistake::MarkNotOnMethod { mark },
    };
    // In an impl block the error is an item among the items, as the method is.
    Mistakes::expand(|mistakes| {
        mistakes.add_at(Span::call_site(), mistake);
        item
    })
}

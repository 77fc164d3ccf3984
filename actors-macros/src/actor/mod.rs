//! `#[actor]`: `block.rs` parses the item, `state.rs` reads the struct, `handlers.rs` the impl
//! block. From what was read correctly, and what can be saved of the rest, `expand/` generates
//! Rust.

mod alarm;
pub(crate) mod block;
mod cron;
pub(crate) mod expand;
mod handlers;
mod method;
pub(crate) mod mistakes;
mod once;
mod role;
mod sockets;
mod span;
mod state;
mod storage;
mod task;

use proc_macro2::{Span, TokenStream};

use self::mistakes::Mistake;
use crate::common::mistakes::Mistakes;

/// A mark where `#[actor]` can't see it.
pub(crate) fn misplaced(mark: &str, item: TokenStream) -> TokenStream {
    let mistake = match mark {
        "persist" => Mistake::PersistNotOnField,
        "once" => Mistake::OnceNotOnKey,
        mark => Mistake::MarkNotOnMethod { mark },
    };
    // In an impl block the error must be an associated item, like the method.
    Mistakes::expand(|mistakes| {
        mistakes.add_at(Span::call_site(), mistake);
        item
    })
}

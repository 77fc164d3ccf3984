//! `#[remote]`: `interface.rs` reads the trait, `method.rs` its methods, `expand.rs` writes a stub
//! that implements the trait, and how a fake of it is called.

mod expand;
mod interface;
mod method;
pub(crate) mod mistakes;

use proc_macro2::TokenStream;
use syn::ItemTrait;

use self::interface::Interface;
use crate::common::mistakes::Mistakes;

pub(crate) fn expand(arguments: TokenStream, item: ItemTrait) -> TokenStream {
    Mistakes::expand(|mistakes| Interface::parse(arguments, item, mistakes).expand())
}

//! `#[sql_table]`, and the derives of what is in its rows: `value.rs` and `row.rs`.
//!
//! `model.rs`, `column.rs` and `index.rs` read the struct, `ddl.rs` writes its SQL, of which
//! `verify.rs` asks SQLite. `expand.rs`, `field.rs` and `store.rs` write its Rust.

mod column;
mod ddl;
mod expand;
mod field;
mod index;
mod model;
pub(crate) mod row;
mod store;
pub(crate) mod value;
#[cfg(feature = "check-sql")]
mod verify;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemStruct;

use self::model::Table;
use crate::common::mistakes::Mistakes;

pub(crate) fn expand(arguments: TokenStream, item: ItemStruct) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let table = Table::parse(arguments, item, &mut mistakes);
    #[cfg(feature = "check-sql")]
    if mistakes.is_empty() {
        table.verify(&mut mistakes);
    }
    let item = &table.item;
    let expanded = table.expand();
    mistakes.and(quote!(#item #expanded))
}

//! `#[sql_table]`, and the derives for the contents of rows: `value.rs` and `row.rs`.
//!
//! `model.rs`, `column.rs` and `index.rs` read the struct, `ddl.rs` writes its SQL, which
//! `verify.rs` has SQLite check. `expand.rs`, `field.rs` and `store.rs` write its Rust.

mod column;
mod ddl;
mod expand;
mod field;
mod index;
pub(crate) mod mistakes;
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
    Mistakes::expand(|mistakes| {
        let table = Table::parse(arguments, item, mistakes);
        #[cfg(feature = "check-sql")]
        if mistakes.is_empty() {
            table.verify(mistakes);
        }
        let (item, expanded) = (&table.item, table.expand());
        quote!(#item #expanded)
    })
}

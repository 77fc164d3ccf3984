use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
    #[cfg(feature = "x")]
    extra: u32,
}

fn main() {}

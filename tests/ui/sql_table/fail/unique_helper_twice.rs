use actors_core::prelude::*;

#[sql_table(unique(by_word(word, language)))]
pub struct Word {
    #[sql(primary_key, auto)]
    id: u32,
    #[sql(unique)]
    word: String,
    language: String,
}

fn main() {}

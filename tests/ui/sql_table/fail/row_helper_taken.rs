use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    word: String,
}

impl Word {
    pub fn all() -> Vec<Word> {
        Vec::new()
    }
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(primary_key(language, id))]
pub struct Word {
    language: String,
    #[sql(auto)]
    id: u32,
}

fn main() {}

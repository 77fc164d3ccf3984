use actors_core::prelude::*;

#[sql_table]
pub struct Word {
    #[sql(primary_key, auto)]
    id: u32,
    #[sql(auto)]
    place: u32,
}

fn main() {}

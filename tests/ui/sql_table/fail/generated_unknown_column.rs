use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    first: String,
    #[sql(generated = "frist || '!'")]
    loud: String,
}

fn main() {}

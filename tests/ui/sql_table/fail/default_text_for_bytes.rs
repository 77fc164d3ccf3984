use actors_core::prelude::*;

#[sql_table]
pub struct Visit {
    #[sql(default = "")]
    data: Vec<u8>,
}

fn main() {}

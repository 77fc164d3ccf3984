use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
}

migration! {
    pub SPLIT: PersonV1 => "PRAGMA foreign_keys = OFF"
}

fn main() {}

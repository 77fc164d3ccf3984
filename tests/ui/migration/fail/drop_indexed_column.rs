use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    #[sql(index)]
    name: String,
}

migration! {
    pub SPLIT: PersonV1 => "ALTER TABLE people DROP COLUMN name"
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
}

migration! {
    pub CHANGE: PersonV1 => "ALTER TABLE people RENAME TO _actors_people"
}

fn main() {}

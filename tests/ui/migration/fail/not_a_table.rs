use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
}

pub struct Person;

migration! {
    pub SPLIT: Person => "DELETE FROM people"
}

fn main() {}

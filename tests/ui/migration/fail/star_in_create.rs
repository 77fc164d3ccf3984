use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
    mail: Option<String>,
}

migration! {
    pub SPLIT: PersonV1 => "CREATE TABLE old_people AS SELECT p.*, 1 AS one FROM people AS p"
}

fn main() {}

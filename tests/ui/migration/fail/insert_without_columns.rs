use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
    mail: Option<String>,
}

migration! {
    pub SPLIT: PersonV1 => "INSERT INTO people VALUES (1, 'Ann', NULL)"
}

fn main() {}

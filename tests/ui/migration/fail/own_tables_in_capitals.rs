use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
}

migration! {
    pub CHANGE: PersonV1 => "CREATE TABLE _Actors_mine (a)"
}

fn main() {}

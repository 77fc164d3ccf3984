use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
    mail: Option<String>,
}

migration! {
    pub SPLIT: PersonV1 => "CREATE TABLE others (a, b, c); INSERT INTO others SELECT 1, 2, 3; REPLACE INTO people SELECT a, b, c FROM others"
}

fn main() {}

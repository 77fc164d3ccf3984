use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
    mail: Option<String>,
}

migration! {
    pub SPLIT: PersonV1 => "WITH old AS (SELECT * FROM people WHERE mail IS NULL)
                           INSERT INTO people (id, name, mail) SELECT -id, name, '{}' FROM old"
}

fn main() {}

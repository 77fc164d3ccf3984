use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
    mail: Option<String>,
}

migration! {
    pub SPLIT: PersonV1 => "CREATE TABLE people_new (id INTEGER PRIMARY KEY, name TEXT, mail TEXT) STRICT;
                           INSERT INTO people_new (id, name, mail) SELECT * FROM people;
                           DROP TABLE people"
}

fn main() {}

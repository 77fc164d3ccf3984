//! What does not depend on the order of columns in an old database.

use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct Person {
    #[sql(primary_key)]
    id: i64,
    name: String,
    mail: Option<String>,
}

migration! {
    pub COPIES: Person => "
        CREATE TABLE people_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, mail TEXT) STRICT;
        INSERT INTO people_new SELECT id, name, mail FROM people WHERE EXISTS (SELECT * FROM people);
        DROP TABLE people;
        ALTER TABLE people_new RENAME TO people;
        INSERT INTO people SELECT -id, name, '{}' FROM (SELECT * FROM people) WHERE id > 0;
        INSERT INTO people AS p (id, name) SELECT COUNT(*) + 100, 'all' FROM people;
        CREATE TABLE counts (count INTEGER NOT NULL DEFAULT 0) STRICT;
        INSERT INTO counts DEFAULT VALUES;
        INSERT INTO counts VALUES (1);
        WITH c AS (SELECT * FROM counts) INSERT INTO counts SELECT * FROM c;
        DROP TABLE counts;
    "
}

fn main() {}

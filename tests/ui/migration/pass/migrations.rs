//! What a migration can say.

#![deny(missing_docs, unused)]

use actors_core::prelude::*;

/// The table as it was.
#[sql_table(name = "people", index(by_name(name)))]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
}

/// Another.
#[sql_table(name = "visits")]
pub struct VisitV1 {
    person: i64,
}

/// The table as it is.
#[sql_table(name = "people")]
pub struct Person {
    #[sql(primary_key)]
    id: i64,
    first: String,
}

migration! {
    /// Several statements.
    pub SPLIT: PersonV1 => r#"
        -- a comment; with a semicolon
        ALTER TABLE people ADD COLUMN first TEXT NOT NULL DEFAULT 'a;b';
        UPDATE people SET first = substr(name, 1, instr(name, ' '));
        DROP INDEX by_name;
        ALTER TABLE "people" DROP COLUMN "name";
    "#
}

migration! {
    /// Of several tables.
    pub(crate) FORGET: Person, VisitV1 => "
        DELETE FROM people WHERE id IN (SELECT person FROM visits);
        DROP TABLE visits
    ",
}

migration! {
    /// Of none.
    OTHER: => "CREATE TABLE other (a INTEGER) STRICT; INSERT INTO other VALUES (1);"
}

/// All of them.
#[actor(tables(Person), migrations(SPLIT, FORGET, OTHER))]
pub struct People {}

#[actor]
impl People {}

fn main() {}

//! What a refusal says to write, as it says it: `behaviour/snapshot.rs` compares.

#![allow(dead_code)]

use actors_core::prelude::*;

#[sql_table(name = "persons")]
struct Persons {
    #[sql(primary_key)]
    id: i64,
}

#[sql_table(name = "visits", primary_key(person, at), without_rowid)]
struct VisitBefore {
    person: i64,
    at: i64,
    #[sql(references(Persons, on_delete = set_null))]
    host: Option<i64>,
}

migration! {
    pub CHANGE_VISITS: VisitBefore => r#"
        ALTER TABLE "visits" DROP COLUMN "host";
    "#
}

#[sql_table(name = "persons", index(well_known(last, where = "state = 'well_known'")), unique(persons_mail(mail)))]
struct PersonBefore {
    #[sql(primary_key)]
    id: i64,
    first: String,
    last: String,
    mail: Option<String>,
    #[sql(default = "it's")]
    age: Option<String>,
    #[sql(default = "new")]
    state: String,
    #[sql(generated = "first || ' ' || last")]
    full: String,
}

migration! {
    pub CHANGE_PERSONS: PersonBefore => r#"
        ALTER TABLE "persons" ADD COLUMN "age_new" INTEGER NOT NULL DEFAULT 7;
        UPDATE "persons" SET "age_new" = "age";
        ALTER TABLE "persons" DROP COLUMN "age";
        ALTER TABLE "persons" RENAME COLUMN "age_new" TO "age";
    "#
}

fn main() {}

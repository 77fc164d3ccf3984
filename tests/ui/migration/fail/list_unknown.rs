use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
}

#[actor(migrations(SPLIT))]
pub struct People {}

#[actor]
impl People {}

fn main() {}

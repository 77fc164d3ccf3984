use actors_core::prelude::*;

#[sql_table(name = "people")]
pub struct PersonV1 {
    #[sql(primary_key)]
    id: i64,
    name: String,
}

migration! {
    pub CHANGE: PersonV1 => "CREATE TRIGGER t AFTER INSERT ON people BEGIN DELETE FROM _actors; END"
}

fn main() {}

use actors_core::prelude::*;

#[sql_table(name = "orders")]
pub struct Order {
    #[sql(primary_key)]
    id: u32,
    version: u32,
    placed: Timestamp,
    #[sql(json)]
    lines: Vec<String>,
    note: Option<Json<Vec<u32>>>,
    shipped: Option<Timestamp>,
}

#[actor(tables(Order))]
pub struct Shop {}

#[actor]
impl Shop {
    fn last(&self, ctx: &Ctx<Self>) -> Result<u32> {
        Ok(sql!(Order => "SELECT MAX(version) FROM orders").one(ctx)?.unwrap_or(0))
    }
}

fn main() {}

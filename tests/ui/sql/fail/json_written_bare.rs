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
    fn set(&self, ctx: &Ctx<Self>, lines: Vec<String>) -> Result<u64> {
        sql!(Order => "UPDATE orders SET version = 2, lines = {lines} WHERE id = 1").run(ctx)
    }
}

fn main() {}

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
    fn find(&self, ctx: &Ctx<Self>, since: i64) -> Result<Vec<u32>> {
        sql!(Order => "SELECT id FROM orders
                       WHERE version > 3 AND placed >= {since}").all(ctx)
    }
}

fn main() {}

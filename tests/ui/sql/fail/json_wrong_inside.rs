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
    fn set(&self, ctx: &Ctx<Self>) -> Result<u64> {
        sql!(Order => "INSERT INTO orders VALUES (1, 2, {at = ctx.now()}, {lines = Json(vec![1, 2])}, NULL, NULL)")
            .run(ctx)
    }
}

fn main() {}

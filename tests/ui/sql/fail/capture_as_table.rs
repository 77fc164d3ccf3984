use actors_core::prelude::*;

#[sql_table(name = "visits")]
pub struct Visit {
    #[sql(primary_key)]
    id: u32,
    page: String,
    at: Timestamp,
    seconds: Option<u32>,
}

#[sql_table(name = "pages")]
pub struct Page {
    #[sql(primary_key)]
    page: String,
    title: String,
    is_public: bool,
}

#[actor(tables(Visit, Page))]
pub struct Site {}

#[actor]
impl Site {
    fn ask(&self, ctx: &Ctx<Self>) -> Result<()> {
        let table = "visits";
        let _ = sql!(Visit => "SELECT COUNT(*) AS n: u32 FROM {table}").one(ctx)?;
        Ok(())
    }
}

fn main() {}

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
        let direction = "DESC";
        let _ = sql!(Visit => "SELECT * FROM visits ORDER BY at {direction}").all(ctx)?;
        Ok(())
    }
}

fn main() {}

use actors_core::prelude::*;

#[derive(actors_core::serde::Serialize)]
#[serde(crate = "actors_core::serde")]
pub struct Report {
    count: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub async fn report(&self) -> Result<Option<Report>> {
        Ok(Some(Report { count: self.count }))
    }
}

fn main() {}

use actors_core::prelude::*;

pub struct Report {
    count: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn report(&self) -> Result<Report> {
        Ok(Report { count: self.count })
    }
}

fn main() {}

use actors_core::prelude::*;

#[derive(Default, actors_core::serde::Serialize)]
#[serde(crate = "actors_core::serde")]
pub struct Settings {
    limit: u32,
}

#[actor]
pub struct Counter {
    #[persist]
    settings: Vec<Settings>,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}

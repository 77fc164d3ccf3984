use actors_core::prelude::*;

#[derive(actors_core::serde::Serialize, actors_core::serde::Deserialize)]
#[serde(crate = "actors_core::serde")]
pub enum Light {
    Red,
    Green,
}

#[actor]
pub struct Counter {
    #[persist]
    light: Light,
}

#[actor]
impl Counter {
    pub fn count(&self) -> u32 {
        1
    }
}

fn main() {}

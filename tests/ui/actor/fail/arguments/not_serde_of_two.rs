#![allow(unused)]

use actors_core::prelude::*;

pub struct Step {
    by: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, ctx: &Ctx<Self>, name: String, step: Option<Step>) -> Result<()> {
        Ok(())
    }
}

fn main() {}

#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, by: u32, ctx: &Ctx<Self>) {
        self.count += by;
    }
}

fn main() {}

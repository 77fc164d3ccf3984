#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, ctx: &Ctx<Self>, again: &Ctx<Self>) {
        self.count += 1;
    }
}

fn main() {}

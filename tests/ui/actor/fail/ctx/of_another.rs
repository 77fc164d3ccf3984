#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Other {}

#[actor]
impl Other {}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(&mut self, ctx: &Ctx<Other>, by: u32) {
        self.count += by;
    }
}

fn main() {}

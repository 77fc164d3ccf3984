#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_init]
    fn prepare(&mut self, ctx: &Ctx<Self>, count: u32) {
        self.count = count;
    }
}

fn main() {}
